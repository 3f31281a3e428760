import { cInt } from './arguments.cjs';
import { oldSystemCall } from './libc.cjs';

// musl has no function of this name.
const getdents64Call = oldSystemCall('getdents64', { x64: 217, generic: 61, ppc64: 202, s390x: 220 }, [
  'int',
  'void *',
  'unsigned int',
]);

/** getdents64(2): the names in the directory that `fd` is open on, from where it stands to the end. */
export function readDirectory(fd: number): string[] {
  const cFd = cInt('fd', fd);
  const facts = () => ({ call: `getdents64(${fd}, …, ${SIZE})` });
  const names: string[] = [];
  const buffer = Buffer.alloc(SIZE);
  for (;;) {
    const length = getdents64Call(facts, cFd, buffer, SIZE);
    if (length === 0) return names;
    for (let entry = 0; entry < length; entry += buffer.readUInt16LE(entry + D_RECLEN)) {
      const name = buffer.toString('utf8', entry + D_NAME, buffer.indexOf(0, entry + D_NAME));
      if (name !== '.' && name !== '..') names.push(name);
    }
  }
}

const SIZE = 32768;
// struct linux_dirent64
const D_RECLEN = 16;
const D_NAME = 19;
