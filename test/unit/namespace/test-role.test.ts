import { expect, test } from 'vitest';
import { findTestRole } from '../../../src/namespace/test-role.cjs';

test.each([
  ['node script.js', {}, undefined],
  ['node --test', { execArgv: ['--test'] }, 'starts test processes'],
  ['node --test --watch', { execArgv: ['--test', '--watch'] }, 'starts test processes'],
  ['node --test in one process', { execArgv: ['--test', '--test-isolation=none'] }, undefined],
  ['the same, in two words', { execArgv: ['--test', '--test-isolation', 'none'] }, undefined],
  ['the same before Node 24', { execArgv: ['--test', '--experimental-test-isolation=none'] }, undefined],
  ['a file of node --test', { execArgv: ['--test-isolation=process'] }, undefined],
  ['Mocha', { argv: ['node', '/node_modules/mocha/bin/mocha.js'] }, undefined],
  [
    'a worker of Mocha',
    { argv: ['node', '/node_modules/mocha/lib/nodejs/worker.cjs'], env: { MOCHA_WORKER_ID: '0' } },
    'is a test process',
  ],
  [
    'what a worker of Mocha starts',
    { argv: ['node', 'server.js'], env: { MOCHA_WORKER_ID: '0' } },
    undefined,
  ],
] as const)('%s', (_name, given, role) => {
  expect(findTestRole({ execArgv: [], argv: ['node'], env: {}, ...structuredClone(given) } as never)).toBe(
    role,
  );
});
