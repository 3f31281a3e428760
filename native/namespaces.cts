import { cInt } from './arguments.cjs';
import { flagNames } from './flag-names.cjs';
import { systemCall } from './libc.cjs';

const unshareCall = systemCall('unshare', ['int']);
const setnsCall = systemCall('setns', ['int', 'int']);

/** unshare(2): only the calling thread moves, so it has to be called before Node has other threads that do I/O. */
export function unshare(flags: number): void {
  const cFlags = cInt('flags', flags);
  unshareCall(() => ({ call: `unshare(${flagNames('CLONE_', cFlags)})` }), cFlags);
}

/** setns(2): moves the calling thread into the namespace that `fd` refers to. */
export function setns(fd: number, type: number): void {
  const cType = cInt('type', type);
  setnsCall(() => ({ call: `setns(${fd}, ${flagNames('CLONE_', cType)})` }), cInt('fd', fd), cType);
}
