import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const MODULE = JSON.stringify(path.resolve('dist/native/koffi.cjs'));
const KOFFI = `const { loadKoffi } = require(${MODULE}); const koffi = loadKoffi();`;

function run(code: string): string {
  return execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }).trim();
}

test('takes the native code of the koffi that is installed, and none of its JavaScript', () => {
  const loaded = run(
    `${KOFFI} console.log(Object.keys(require.cache).filter((file) => /koffi-linux/.test(file)).join())`,
  );
  expect(loaded).toMatch(/\/@koromix\/koffi-linux-\w+\/(linux|musl)_\w+\/koffi\.node$/);
  expect(
    run(
      `${KOFFI} console.log(Object.keys(require.cache).filter((file) => /koffi\\/.*\\.c?js$/.test(file)).length)`,
    ),
  ).toBe('0');
});

test('leaves koffi whole for who loads it afterwards', () => {
  const getpid = `require('koffi').load(null).func('getpid', 'int', [])() === process.pid`;
  expect(run(`${KOFFI} console.log(koffi.version === require('koffi').version, ${getpid})`)).toBe(
    'true true',
  );
});

test('loads koffi as any package where it does not know the name of the native code', () => {
  const rename =
    "const fs = require('node:fs'); const { openSync } = fs; fs.openSync = () => { fs.openSync = openSync; throw new Error(); };";
  const getpid = `koffi.load(null).func('getpid', 'int', [])() === process.pid`;
  const loaded = "Object.keys(require.cache).some((file) => file.endsWith('/koffi/index.cjs'))";
  expect(run(`${rename} ${KOFFI} console.log(${getpid}, ${loaded})`)).toBe('true true');
});
