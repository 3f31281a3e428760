import fs from 'node:fs';
import fc from 'fast-check';

/** What is done to files. Paths are relative to a directory; `at` is made, changed or removed. */
export interface FileOperation {
  do: keyof typeof PERFORM;
  at: string;
  /** What it is made of, renamed or linked from. */
  from: string;
  number: number;
}

const { O_APPEND, O_CREAT, O_NONBLOCK, O_RDWR, O_TRUNC } = fs.constants;

/** With O_NONBLOCK, since it could be a pipe. */
function withFile(path: string, flags: number, use: (fd: number) => void): void {
  const fd = fs.openSync(path, flags | O_RDWR | O_NONBLOCK, 0o640);
  try {
    if (fs.fstatSync(fd).isFile()) use(fd);
  } finally {
    fs.closeSync(fd);
  }
}

type Perform = (at: string, from: string, number: number) => void;

const PERFORM = {
  write: (at, _, n) => withFile(at, O_CREAT | O_TRUNC, (fd) => void fs.writeSync(fd, `new ${n}`)),
  append: (at, _, n) => withFile(at, O_APPEND, (fd) => void fs.writeSync(fd, `more ${n}`)),
  writeFar: (at, _, n) => withFile(at, 0, (fd) => void fs.writeSync(fd, 'far', n * 5_000)),
  truncate: (at, _, n) => withFile(at, 0, (fd) => fs.ftruncateSync(fd, n)),
  rewrite: (at) =>
    withFile(at, 0, (fd) => {
      const content = fs.readFileSync(fd);
      fs.ftruncateSync(fd);
      fs.writeSync(fd, content, 0, content.length, 0);
    }),
  mkdir: (at, _, n) => fs.mkdirSync(at, 0o700 + n),
  rmdir: (at) => fs.rmdirSync(at),
  unlink: (at) => fs.unlinkSync(at),
  remove: (at) => fs.rmSync(at, { recursive: true }),
  renew: (at) => {
    fs.rmSync(at, { recursive: true });
    fs.mkdirSync(at);
  },
  rename: (at, from) => fs.renameSync(from, at),
  replace: (at, from) => {
    fs.rmSync(at, { recursive: true });
    fs.renameSync(from, at);
  },
  link: (at, from) => fs.linkSync(from, at),
  symlink: (at, _, n) => fs.symlinkSync(['f', '..', 'nothing'][n % 3] as string, at),
  chmod: (at, _, n) => fs.chmodSync(at, [0o600, 0o644, 0o755, 0o1777, 0o2750, 0o4755][n % 6] as number),
  chown: (at, _, n) => fs.lchownSync(at, n % 2, n % 3),
  utimes: (at, _, n) => fs.lutimesSync(at, 1e9, 1e9 + n),
} satisfies Record<string, Perform>;

/** Does the operation below `base`; returns what comes of it. */
export function performIn(base: string, { do: name, at, from, number }: FileOperation): string {
  try {
    (PERFORM[name] as Perform)(`${base}/${at}`, `${base}/${from}`, number);
    return 'done';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code;
  }
}

const DIRECTORIES = ['a', 'a/d', 'a/d/x', 'b', 'b/d', 'g'];
const FILES = ['f', 'a/f', 'a/d/f', 'a/d/x/f', 'b/f', 'b/d/f', 'a/g', 'a/l', 'a/p'];
const MISSING = ['x', 'a/x', 'b/x', 'x/f', 'x/d', 'a/x/f'];
const path = fc.oneof(...[DIRECTORIES, FILES, MISSING].map((paths) => fc.constantFrom(...paths)));

export const anyOperation: fc.Arbitrary<FileOperation> = fc.record({
  do: fc.constantFrom('replace', 'renew', ...(Object.keys(PERFORM) as FileOperation['do'][])),
  at: path,
  from: path,
  number: fc.nat({ max: 63 }),
});
