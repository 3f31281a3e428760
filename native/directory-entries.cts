import { cInt } from './arguments.cjs';
import { oldSystemCall } from './libc.cjs';

// libc has had a function for it only since glibc 2.30.
const getdents64Call = oldSystemCall('getdents64', { x64: 217, generic: 61, ppc64: 202, s390x: 220 }, [
  'int',
  'void *',
  'unsigned long',
]);

/**
 * getdents64(2): the names in the directory of `fd`, opened for reading, without `.` and `..`, as bytes. Unlike
 * node:fs it needs no path, so it works on mounts that have none.
 */
export function readDirectory(fd: number): Buffer[] {
  const names: Buffer[] = [];
  const buffer = Buffer.alloc(32768);
  for (;;) {
    const facts = () => ({ call: `getdents64(${fd})` });
    const length = getdents64Call(facts, cInt('fd', fd), buffer, buffer.length);
    if (length === 0) return names;
    for (let at = 0; at < length; at += buffer.readUInt16LE(at + D_RECLEN)) {
      const end = buffer.indexOf(0, at + D_NAME);
      const name = Buffer.from(buffer.subarray(at + D_NAME, end));
      if (!name.equals(DOT) && !name.equals(DOT_DOT)) names.push(name);
    }
  }
}

// struct linux_dirent64
const D_RECLEN = 16;
const D_NAME = 19;
const DOT = Buffer.from('.');
const DOT_DOT = Buffer.from('..');
