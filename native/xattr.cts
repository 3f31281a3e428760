import { cInt, cPath, type PathLike, quoted } from './arguments.cjs';
import { systemCall } from './libc.cjs';
import { unless } from './unless.cjs';

const fgetxattrCall = systemCall('fgetxattr', ['int', 'const void *', 'void *', 'unsigned long'], {
  result: 'long',
});
const fsetxattrCall = systemCall('fsetxattr', [
  'int',
  'const void *',
  'const void *',
  'unsigned long',
  'int',
]);
const fremovexattrCall = systemCall('fremovexattr', ['int', 'const void *']);
const flistxattrCall = systemCall('flistxattr', ['int', 'void *', 'unsigned long'], { result: 'long' });

/** fgetxattr(2): the value of an extended attribute (xattr(7)). */
export function fgetxattr(fd: number, name: PathLike): Buffer {
  const cName = cPath('name', name);
  const facts = () => ({ call: `fgetxattr(${fd}, ${quoted(name)})` });
  const value = Buffer.alloc(XATTR_SIZE_MAX);
  return value.subarray(0, fgetxattrCall(facts, cInt('fd', fd), cName, value, value.length));
}

/** fsetxattr(2): makes or replaces an extended attribute. */
export function fsetxattr(fd: number, name: PathLike, value: Buffer): void {
  const cName = cPath('name', name);
  const facts = () => ({ call: `fsetxattr(${fd}, ${quoted(name)})` });
  fsetxattrCall(facts, cInt('fd', fd), cName, value, value.length, 0);
}

/** fremovexattr(2). */
export function fremovexattr(fd: number, name: PathLike): void {
  const cName = cPath('name', name);
  fremovexattrCall(() => ({ call: `fremovexattr(${fd}, ${quoted(name)})` }), cInt('fd', fd), cName);
}

/** flistxattr(2): the names of the extended attributes that this process may see, sorted; none where a file system has none. */
export function flistxattr(fd: number): string[] {
  const names = Buffer.alloc(XATTR_LIST_MAX);
  const list = () =>
    flistxattrCall(() => ({ call: `flistxattr(${fd})` }), cInt('fd', fd), names, names.length);
  // Squashfs, of an image without any, and FUSE of a program that knows of none, sshfs(1) say.
  const length = unless(['EOPNOTSUPP'], list) ?? 0;
  return names.toString('latin1', 0, length).split('\0').slice(0, -1).sort();
}

// linux/limits.h
const XATTR_SIZE_MAX = 65536;
const XATTR_LIST_MAX = 65536;
