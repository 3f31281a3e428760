/**
 * A program that enters a mount namespace and mounts in it, as a worker does. It prints one {@link SupportCheck}
 * a line, and stops at the first that is refused.
 */
import child_process = require('node:child_process');
import fs = require('node:fs');

import { loadKoffi } from '../../native/koffi.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { ExplainedError } from '../errors/explained-error.cjs';
import { messageOf } from '../errors/message-of.cjs';
import { enterWorkerNamespace } from '../namespace/enter.cjs';
import { explainRefusal } from '../namespace/explain-refusal.cjs';
import { findMountNamespaceObstacle } from '../obstacles/obstacles.cjs';
import type { SupportCheck } from './check.js';

const { mkdirSync, readFileSync, readlinkSync, rmdirSync, writeSync } = fs;

async function main(): Promise<void> {
  step('native code', () => `koffi ${koffiVersion()} on ${libcName()}`);
  try {
    enterWorkerNamespace();
  } catch (error) {
    const { syscall = '' } = (error as { cause?: { syscall?: string } }).cause ?? {};
    const refused = LAYERS.find(({ calls }) => calls.includes(syscall)) ?? NAMESPACE;
    for (const layer of LAYERS.slice(0, LAYERS.indexOf(refused))) pass(layer);
    return refuse(refused.name, error);
  }
  step(NAMESPACE.name, () => {
    const own = readlinkSync('/proc/thread-self/ns/mnt');
    requireChildIn(own);
    return own;
  });
  pass(PRIVATE_ROOT);
  const { withMountNamespace } = await import('../index.js');
  try {
    await withMountNamespace((ns) => {
      pass(SCOPE);
      step('tmpfs', () => {
        ns.tmpfs(DIRECTORY, { size: '1m' });
        mkdirSync(`${DIRECTORY}/covered/within`, { recursive: true });
        return USABLE;
      });
      try {
        ns.overlay(`${DIRECTORY}/covered`);
        rmdirSync(`${DIRECTORY}/covered/within`);
        pass({ name: 'overlay', detail: USABLE });
      } catch (error) {
        const { why, ...check } = describe('overlay', error);
        // Where overlay only finds no place for its notes, the error itself tells what needs it.
        const { syscall } = error as { syscall?: string };
        const consequence = syscall && 'mount points that do not exist, and copy-on-write, need overlays';
        print({ ...check, status: 'limited', why: [why, consequence].filter(Boolean).join('\n') });
      }
    });
  } catch (error) {
    refuse(SCOPE.name, error);
  }
}

function requireChildIn(own: string): void {
  // It waits for its standard input, so it is still there when its link is read.
  const child = child_process.spawn('/bin/sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => {});
  if (child.pid === undefined) return;
  const seen = readlinkSync(`/proc/${child.pid}/ns/mnt`);
  child.kill('SIGKILL');
  if (seen !== own) throw new Error(`this process is in ${own}, a child of it in ${seen}`);
}

function koffiVersion(): string {
  try {
    return loadKoffi().version;
  } catch (error) {
    throw explainRefusal(error);
  }
}

function libcName(): string {
  return readFileSync('/proc/self/maps', 'latin1').includes('musl') ? 'musl' : 'glibc';
}

function step(name: string, run: () => string): void {
  try {
    pass({ name, detail: run() });
  } catch (error) {
    refuse(name, error);
  }
}

function refuse(name: string, error: unknown): never {
  print(describe(name, error));
  process.exit(1);
}

function pass({ name, detail }: Pick<SupportCheck, 'name' | 'detail'>): void {
  print({ name, status: 'ok', detail });
}

function describe(name: string, error: unknown): SupportCheck {
  const { why, fix, cause = error } = error instanceof ExplainedError ? error : {};
  // The fix of an error is for the place that this is, the doctor tells those for others too.
  const obstacle =
    cause instanceof SystemCallError ? findMountNamespaceObstacle(cause.code, cause.syscall) : undefined;
  const [detail = ''] = messageOf(error).split('\n', 1);
  const check: SupportCheck = { name, status: 'refused', detail, why, fix };
  const hasFoundMore = why !== undefined && why !== obstacle?.why;
  return hasFoundMore ? check : { ...check, ...obstacle };
}

function print(check: SupportCheck): void {
  writeSync(1, `${JSON.stringify(check)}\n`);
}

/** A layer of entering, with the system calls that fail where it refuses. */
interface Layer extends Pick<SupportCheck, 'name' | 'detail'> {
  calls: readonly string[];
}

const NAMESPACE: Layer = { name: 'mount namespace', detail: 'unshare(2) makes one', calls: ['unshare'] };
const PRIVATE_ROOT: Layer = {
  name: 'private root',
  detail: 'no mount is shared with the host',
  calls: ['mount'],
};
const SCOPE: Layer = {
  name: 'scope',
  detail: 'the mount tree can be copied',
  calls: ['open_tree', 'mount_setattr', 'move_mount', 'fchdir', 'chroot', 'statx', 'chdir'],
};
const LAYERS = [NAMESPACE, PRIVATE_ROOT, SCOPE];
const USABLE = 'can be mounted and written to';
/** To mount on: it is there everywhere. TMPDIR may say anything. */
const DIRECTORY = '/dev';

void main();
