import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const native = (name: string) => JSON.stringify(path.resolve(`dist/native/${name}.cjs`));

// musl has statx since 1.2.5; glibc has getdents64 since 2.30, mknodat since 2.33, and no openat2 yet.
const NEWER = ['statx', 'getdents64', 'mknodat', 'openat2'];
const withOldLibc = `
  const koffi = require(${native('koffi')}).loadKoffi();
  const program = koffi.load(null);
  const func = (name, ...rest) => {
    if (${JSON.stringify(NEWER)}.includes(name)) throw new Error('libc has no ' + name);
    return program.func(name, ...rest);
  };
  require(${native('process-wide')}).processWide('libc', () => ({ koffi, program: { func } }));
`;

test.each([
  ['statx', `require(${native('statx')}).inodeOf('/proc/self/ns/mnt')`],
  ['getdents64', `require(${native('directory-entries')}).readDirectory(3).length >= 0`],
  ['mknodat', `require(${native('directories')}).makeCharacterDevice(-1, 'x', 0, 0)`],
  ['openat2', `require(${native('directories')}).openWithoutSymlinks('/', 0)`],
])('needs no function of libc for %s, which an older one lacks', (syscall, call) => {
  const script = `${withOldLibc} try { ${call}; } catch (error) { console.log(error.syscall ?? error.message); }`;
  expect(['', syscall]).toContain(
    execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim(),
  );
});
