import { cInt, cPath } from './arguments.cjs';
import {
  AF_UNIX,
  POSIX_SPAWN_SETSID,
  POSIX_SPAWN_SETSIGDEF,
  POSIX_SPAWN_SETSIGMASK,
  SOCK_CLOEXEC,
  SOCK_STREAM,
} from './constants.cjs';
import { systemCall } from './libc.cjs';
import { SystemCallError } from './system-call-error.cjs';

const socketpairCall = systemCall('socketpair', ['int', 'int', 'int', 'void *']);
const spawnCall = systemCall('posix_spawn', [
  'void *',
  'const void *',
  'const void *',
  'const void *',
  'const void **',
  'const void **',
]);
const initActions = systemCall('posix_spawn_file_actions_init', ['void *']);
const addDup2 = systemCall('posix_spawn_file_actions_adddup2', ['void *', 'int', 'int']);
const destroyActions = systemCall('posix_spawn_file_actions_destroy', ['void *']);
const initAttributes = systemCall('posix_spawnattr_init', ['void *']);
const setFlags = systemCall('posix_spawnattr_setflags', ['void *', 'int']);
const setDefaultSignals = systemCall('posix_spawnattr_setsigdefault', ['void *', 'const void *']);
const setSignalMask = systemCall('posix_spawnattr_setsigmask', ['void *', 'const void *']);

/** What a process is made with. */
export interface SpawnOptions {
  /** Its own name first. */
  argv: readonly string[];
  /** Each as `NAME=value`. */
  env: readonly string[];
  /** What it has as its descriptors 0, 1, 2 and so on: descriptors of this process, higher than those. */
  descriptors: readonly number[];
  /** Whether it leads a session of its own: setsid(2). */
  isDetached: boolean;
}

/**
 * posix_spawn(3): a process that executes `file`, with all signals at their defaults and none blocked. It borrows the
 * memory of this one until it has done that, where fork(2) copies the page tables. Returns its id.
 */
export function posixSpawn(file: string, { argv, env, descriptors, isDetached }: SpawnOptions): number {
  const cFile = cPath('file', file);
  const cArgv = argv.map(cText);
  const cEnv = env.map(cText);
  const low = descriptors.find((fd) => cInt('descriptors', fd) < descriptors.length);
  if (low !== undefined) throw new RangeError(`descriptors: ${low} is one of the new ones`);
  const [actions, attributes] = [Buffer.alloc(OPAQUE), Buffer.alloc(OPAQUE)];
  const pid = new Int32Array(1);
  must(file, initActions(none, actions));
  try {
    for (const [index, fd] of descriptors.entries()) must(file, addDup2(none, actions, fd, index));
    initAttributes(none, attributes);
    const session = isDetached ? POSIX_SPAWN_SETSID : 0;
    setFlags(none, attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | session);
    setDefaultSignals(none, attributes, ALL_SIGNALS);
    setSignalMask(none, attributes, NO_SIGNALS);
    must(file, spawnCall(none, pid, cFile, actions, attributes, [...cArgv, null], [...cEnv, null]));
  } finally {
    destroyActions(none, actions);
  }
  return pid[0] as number;
}

/** socketpair(2): two connected stream sockets, both close-on-exec. */
export function socketPair(): [number, number] {
  const descriptors = new Int32Array(2);
  socketpairCall(none, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, descriptors);
  return [...descriptors] as [number, number];
}

/** These functions return the errno. */
function must(path: string, errno: number): void {
  if (errno !== 0) throw new SystemCallError('posix_spawn', errno, { path });
}

/** Not {@link cString}: that keeps what it has encoded, and these are as good as never the same. */
function cText(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

const none = () => ({});
/** More bytes than posix_spawn_file_actions_t and posix_spawnattr_t have, in glibc and in musl. */
const OPAQUE = 1024;
/** sigset_t. Of all signals: glibc ignores two of its own otherwise. */
const ALL_SIGNALS = Buffer.alloc(128, 0xff);
const NO_SIGNALS = Buffer.alloc(128);
