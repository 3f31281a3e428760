import child_process = require('node:child_process');

import { NamespaceError } from '../errors/namespace-error.cjs';
import {
  findUserNamespaceObstacle,
  noUnshare,
  type Obstacle,
  type UserNamespaceStep,
} from '../support/obstacles.cjs';
import { detectPlace, fixFor } from '../support/place.cjs';
import { findUnshare, UNSHARE_FLAGS, type UnshareCommand } from './unshare-command.cjs';

let proven: UnshareCommand | undefined;

/**
 * How unshare(1) is called, when a process may make a user namespace here and mount in it. That it can be made
 * proves nothing (AppArmor may refuse everything inside), so one is made and a mount is changed in it.
 *
 * @throws {NamespaceError} with the first step that is refused, and the reason when it can be found out.
 */
export function requireUserNamespaces(): UnshareCommand {
  proven ??= proveUserNamespaces();
  return proven;
}

/** As {@link requireUserNamespaces}, or undefined where it would throw. */
export function probeUserNamespaces(): UnshareCommand | undefined {
  try {
    return requireUserNamespaces();
  } catch {
    return undefined;
  }
}

function proveUserNamespaces(): UnshareCommand {
  const unshare = findUnshare();
  if (unshare === undefined) throw refusal('there is no unshare(1)', noUnshare());
  if (tryFlags(unshare, UNSHARE_FLAGS) === undefined) return unshare;
  for (const [step, flags] of STEPS) {
    const printed = tryFlags(unshare, flags);
    if (printed === undefined) continue;
    const obstacle = findUserNamespaceObstacle(step);
    throw refusal(`unshare(1) can't ${step}`, obstacle, printed);
  }
  // What was refused a moment ago is allowed now.
  return unshare;
}

/** What unshare(1) printed when it failed, else undefined. It starts itself: that program certainly exists. */
function tryFlags(unshare: UnshareCommand, flags: readonly string[]): string | undefined {
  const [path, ...args] = unshare;
  const { status, stderr, error } = child_process.spawnSync(path, [...args, ...flags, ...unshare, '--help'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return status === 0 ? undefined : stderr.trim() || (error?.message ?? `exit status ${status}`);
}

function refusal(what: string, obstacle: Obstacle | undefined, printed?: string): NamespaceError {
  return new NamespaceError({
    summary: `cannot enter a mount namespace: this process lacks CAP_SYS_ADMIN, and ${what}`,
    why: [obstacle?.why, printed].filter(Boolean).join('\n') || undefined,
    fix: obstacle === undefined ? 'see `npx ns-tool doctor`' : fixFor(obstacle.fix, detectPlace()),
  });
}

const STEPS: readonly [UserNamespaceStep, string[]][] = [
  ['make a user namespace', ['--user', '--']],
  ['be root in it', ['--user', '--map-root-user', '--']],
  ['mount in it', UNSHARE_FLAGS],
];
