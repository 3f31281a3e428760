import { numberedSystemCall, systemCall } from './libc.cjs';
import { SystemCallError } from './system-call-error.cjs';

/**
 * The name of the errno that `syscall` gives to arguments that nothing can be done with. The kernel's own answer
 * is EINVAL or EFAULT, before it looks at any object: EPERM comes from a seccomp(2) filter, or from the lack of
 * CAP_SYS_ADMIN in the user namespace that owns the mount namespace.
 *
 * @returns undefined for a call that isn't known here
 */
export function probeSystemCall(syscall: string): string | undefined {
  const number = NUMBERS[syscall];
  if (number === undefined && !IN_LIBC.has(syscall)) return undefined;
  const call = number === undefined ? systemCall(syscall, LONGS) : numberedSystemCall(syscall, number, LONGS);
  try {
    call(() => ({}), ...IMPOSSIBLE);
    return undefined;
  } catch (error) {
    return error instanceof SystemCallError ? error.code : undefined;
  }
}

const LONGS = ['long', 'long', 'long', 'long', 'long'] as const;
// As descriptors: none. As pointers: bad ones. As flags: bits that are none.
const IMPOSSIBLE = [-1, 0, -1, 0, -1];
const IN_LIBC = new Set(['mount', 'umount2', 'pivot_root', 'chroot']);
const NUMBERS: Record<string, number | undefined> = {
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  openat2: 437,
  mount_setattr: 442,
};
