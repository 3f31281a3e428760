import { cInt } from './arguments.cjs';
import { systemCall } from './libc.cjs';

const getdents64Call = systemCall('getdents64', ['long', 'int', 'void *', 'unsigned int'], {
  symbol: 'syscall',
  result: 'long',
});

/** getdents64(2): the names in the directory that `fd` is open on, from where it stands to the end. */
export function readDirectory(fd: number): string[] {
  const cFd = cInt('fd', fd);
  const number = numberHere();
  const facts = () => ({ call: `getdents64(${fd}, …, ${SIZE})` });
  const names: string[] = [];
  const buffer = Buffer.alloc(SIZE);
  for (;;) {
    const length = getdents64Call(facts, number, cFd, buffer, SIZE);
    if (length === 0) return names;
    for (let entry = 0; entry < length; entry += buffer.readUInt16LE(entry + D_RECLEN)) {
      const name = buffer.toString('utf8', entry + D_NAME, buffer.indexOf(0, entry + D_NAME));
      if (name !== '.' && name !== '..') names.push(name);
    }
  }
}

function numberHere(): number {
  const number = NUMBERS[process.arch];
  if (number === undefined) throw new Error(`the number of getdents64(2) on ${process.arch} is not known`);
  return number;
}

// musl has no function of this name, and the number is not the same on every architecture (asm/unistd.h).
const NUMBERS: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 217,
  arm: 217,
  arm64: 61,
  riscv64: 61,
  loong64: 61,
  ppc64: 202,
};
const SIZE = 32768;
// struct linux_dirent64
const D_RECLEN = 16;
const D_NAME = 19;
