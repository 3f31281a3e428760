import { expect, test } from 'vitest';

import { hostDirectory } from './host-directory.js';
import { runJest } from './jest-run.js';

test('what surrounds the tests of a file belongs to it: its setup files, and its environment from setup() to teardown()', async () => {
  const mounted = ['first', 'second', 'third', 'fourth', 'fifth'];
  const directory = hostDirectory({ empty: ['place'], mounted });
  const { code, stderr } = await runJest('jest-around', { env: { SHARED_DIRECTORY: directory } });
  const leakOf = (disk: string) =>
    `a file system of the host was remounted: mountns-host on ${directory}/${disk} type tmpfs: rw became ro\n`;
  expect(stderr).toContain(`FAIL ./1-setup-file.test.js\n  ● ${leakOf('first')}`);
  expect(stderr).toContain(`FAIL ./2-setup.test.js\n  ● ${leakOf('second')}`);
  expect(stderr).toContain(`FAIL ./3-teardown.test.js\n  ● ${leakOf('third')}`);
  const failed = '● Test suite failed to run\n\n    failed around the tests\n';
  expect(stderr).toContain(
    `FAIL ./4-failing-teardown.test.js\n  ${failed}\n    mountns: ${leakOf('fourth')}`,
  );
  expect(stderr).toContain(`FAIL ./5-failing-setup-file.test.js\n  ${failed}`);
  expect(stderr).toContain(`mountns: a test file that failed before its tests: ${leakOf('fifth')}`);
  expect(stderr).toContain('PASS ./6-scope.test.js');
  expect(stderr).toContain('PASS ./7-by-hand.test.js');
  expect(stderr).toMatch(/a test file ended with process \d+ \(sleep 1000\) still running: killed/);
  expect(stderr).toContain('PASS ./8-pristine.test.js');
  expect(stderr).toContain(
    'FAIL ./9-open-scope.test.js\n  ● a test file ended with a scope still open\n      why:',
  );
  expect(stderr).toMatch(/Test Suites: 6 failed, 3 passed, 9 total\nTests: {7}7 passed, 7 total\n/);
  expect(code).toBe(1);
});

test('what an environment throws at an event fails its file, and no worker dies of it', async () => {
  const { code, stderr } = await runJest('jest-events');
  expect(stderr).toMatch(/FAIL \.\/1\.test\.js\n {2}● Test suite failed to run\n\n {4}no such test\n/);
  expect(stderr).toContain('PASS ./2.test.js');
  expect(stderr).toContain('Test Suites: 1 failed, 1 passed, 2 total\n');
  expect(code).toBe(1);
});
