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

const NO_SEARCH =
  "const fs = require('node:fs'); const { openSync } = fs; fs.openSync = () => { fs.openSync = openSync; throw new Error(); };";
const GETPID = `koffi.load(null).func('getpid', 'int', [])() === process.pid`;
const IS_WHOLE = "Object.keys(require.cache).some((file) => file.endsWith('/koffi/index.cjs'))";

test('takes the native code that it is told, and does not look for it', () => {
  const tell = `const { expectNativeCode, findNativeCode } = require(${MODULE}); expectNativeCode(findNativeCode());`;
  expect(run(`${tell} ${NO_SEARCH} ${KOFFI} console.log(${GETPID}, ${IS_WHOLE})`)).toBe('true false');
});

test.each(['/no/such/koffi.node', 'node:fs', ''])(
  'looks for it when it is told a wrong place: "%s"',
  (file) => {
    const tell = `require(${MODULE}).expectNativeCode(${JSON.stringify(file)});`;
    expect(run(`${tell} ${KOFFI} console.log(${GETPID}, ${IS_WHOLE})`)).toBe('true false');
  },
);

test('loads koffi as any package where it does not know the name of the native code', () => {
  expect(run(`${NO_SEARCH} ${KOFFI} console.log(${GETPID}, ${IS_WHOLE})`)).toBe('true true');
});
