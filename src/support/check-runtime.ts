import { readlinkSync, statSync } from 'node:fs';
import { release } from 'node:os';

import { printable } from '../mounts/printable.js';
import { TOO_OLD, UNREACHABLE } from '../obstacles/obstacles.cjs';
import { findPlatformObstacle, findProcObstacle, type StartObstacle } from '../obstacles/start-obstacles.cjs';
import { isAtLeast, KERNEL } from '../obstacles/version.cjs';
import { ok, refused, type SupportCheck } from './check.js';

/** What the checks of the runtime look at; all of it can be given, for tests. */
export interface Runtime {
  platform: string;
  /** Release of the kernel, `6.8.0-45-generic` say. */
  kernel: string;
  /** Version of Node, without a `v`. */
  node: string;
  /** Whether Node's permission model is on in this process. */
  hasPermissionModel: boolean;
  nodeOptions: string;
}

export function readRuntime(): Runtime {
  return {
    platform: process.platform,
    kernel: release(),
    node: process.versions.node,
    hasPermissionModel: 'permission' in process,
    nodeOptions: process.env.NODE_OPTIONS ?? '',
  };
}

/** What can be said without trying anything. Once something is refused, the rest makes no sense. */
export function checkRuntime(runtime: Runtime = readRuntime()): SupportCheck[] {
  const checks: SupportCheck[] = [];
  for (const check of [checkPlatform, checkNode, checkPermissions, checkKernel, checkProc, checkDirectory]) {
    checks.push(check(runtime));
    if (checks.at(-1)?.status === 'refused') break;
  }
  return checks;
}

function checkPlatform({ platform }: Runtime): SupportCheck {
  return checkStart('platform', 'Linux', findPlatformObstacle(platform));
}

function checkNode({ node }: Runtime): SupportCheck {
  if (isAtLeast(node, NODE)) return ok('Node', `Node ${node}`);
  return refused('Node', `mountns needs Node ${NODE.join('.')} or later, this is ${node}`, {
    fix: 'install a newer Node: https://nodejs.org/',
  });
}

function checkPermissions({ hasPermissionModel, nodeOptions }: Runtime): SupportCheck {
  const option = /(^|\s)--(experimental-)?permission\b/.exec(nodeOptions)?.[0].trim();
  if (!hasPermissionModel && option === undefined) return ok('permissions', 'Node’s permission model is off');
  return refused('permissions', 'Node’s permission model is on, and mountns needs native code', {
    why:
      option === undefined
        ? 'this process was started with --permission'
        : `NODE_OPTIONS holds ${option}, and workers inherit it`,
    fix: 'run the tests without --permission and --experimental-permission, in NODE_OPTIONS too',
  });
}

function checkKernel({ kernel }: Runtime): SupportCheck {
  if (isAtLeast(kernel, KERNEL)) return ok('kernel', `Linux ${kernel}`);
  return refused('kernel', `mountns needs Linux ${KERNEL.join('.')} or later, this is ${kernel}`, TOO_OLD);
}

function checkProc(): SupportCheck {
  return checkStart('/proc', 'mounted', findProcObstacle());
}

function checkStart(name: string, detail: string, obstacle: StartObstacle | undefined): SupportCheck {
  if (obstacle === undefined) return ok(name, detail);
  const { summary, ...reason } = obstacle;
  return refused(name, summary, reason);
}

/** A worker goes there again in its own namespace. */
function checkDirectory(): SupportCheck {
  const path = readlinkSync('/proc/self/cwd', { encoding: 'buffer' });
  try {
    statSync(path);
    return ok('directory', printable(path.toString()));
  } catch {
    return refused('directory', `the working directory is ${printable(path.toString())}`, UNREACHABLE);
  }
}

const NODE = [20, 19] as const;
