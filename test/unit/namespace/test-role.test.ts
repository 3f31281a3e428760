import { expect, test } from 'vitest';
import { findTestRole } from '../../../src/namespace/test-role.cjs';

test.each([
  ['node script.js', {}, undefined],
  ['node --test', { execArgv: ['--test'] }, 'starts test processes'],
  ['node --test --watch', { execArgv: ['--test', '--watch'] }, 'starts test processes'],
  ['node --test in one process', { execArgv: ['--test', '--test-isolation=none'] }, undefined],
  ['the same, in two words', { execArgv: ['--test', '--test-isolation', 'none'] }, undefined],
  ['the same before Node 24', { execArgv: ['--test', '--experimental-test-isolation=none'] }, undefined],
  ['the same, with underscores', { execArgv: ['--test', '--test_isolation=none'] }, undefined],
  [
    'the same from NODE_OPTIONS',
    { execArgv: ['--test'], env: { NODE_OPTIONS: '--no-warnings "--test-isolation=none"' } },
    undefined,
  ],
  [
    'what the command line says last',
    {
      execArgv: ['--test', '--test-isolation=none', '--test-isolation=process'],
      env: { NODE_OPTIONS: '--test-isolation=none' },
    },
    'starts test processes',
  ],
  [
    'a configuration file, which may say anything',
    { execArgv: ['--test', '--experimental-config-file=node.config.json'] },
    undefined,
  ],
  [
    'a configuration file, and an option that counts more',
    { execArgv: ['--test', '--config-file=node.config.json', '--test-isolation=process'] },
    'starts test processes',
  ],
  ['what node:test starts', { env: { NODE_TEST_CONTEXT: 'child-v8' } }, 'is a test process'],
  [
    'what a file of node:test starts',
    { env: { NODE_TEST_CONTEXT: 'child-v8', MOUNTNS_TEST_CONTEXT: 'child-v8' } },
    undefined,
  ],
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
