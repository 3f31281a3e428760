import fs from 'node:fs';
import { expect, test } from 'vitest';

import { hostDirectory } from './host-directory.js';
import { runJest } from './jest-run.js';

/** Both files in one worker, which starts each from the pristine mount tree. */
function run(directory: string, env: Record<string, string> = {}) {
  return runJest('jest-leaks', { args: ['--runInBand'], env: { SHARED_DIRECTORY: directory, ...env } });
}

test('what has reached the host fails the file, and not the next one in its worker', async () => {
  const directory = hostDirectory({ empty: ['before'], mounted: ['disk'] });
  const { code, stderr } = await run(directory, { FAILING: '1' });
  expect(stderr).toContain('PASS ./2-innocent.test.js');
  expect(stderr).toContain('FAIL ./1-leaks.test.js');
  expect(stderr).toContain('● fails by itself too');
  expect(stderr).toContain(
    `● a file system of the host was remounted: mountns-host on ${directory}/disk type tmpfs: rw became ro\n`,
  );
  expect(stderr).toContain(`fix:  put it right with: mount -o remount,rw ${directory}/disk\n`);
  expect(stderr).toContain(`● a mount point was left on the host: ${directory}/new/in-scope\n`);
  expect(stderr).toContain('Tests:       1 failed, 3 passed, 4 total\n');
  expect(code).toBe(1);
  expect(fs.existsSync('/mnt/jest-leaks')).toBe(false);
});

test('leaks: warn only says so, leaks: off does not look', async () => {
  const warned = hostDirectory({ empty: ['before'], mounted: ['disk'] });
  const warn = await run(warned, { OPTIONS: '{"leaks":"warn"}' });
  expect(warn.stderr).toContain(
    `mountns: 1-leaks.test.js: a mount point was left on the host: ${warned}/new/in-scope\n`,
  );
  expect(warn.code).toBe(0);
  const ignored = hostDirectory({ empty: ['before'], mounted: ['disk'] });
  const off = await run(ignored, { OPTIONS: '{"leaks":"off"}' });
  expect(off.stderr).not.toContain('on the host');
  expect(off.code).toBe(0);
});

test('what a file that throws has left is told beside what it threw', async () => {
  const directory = hostDirectory({ mounted: ['first', 'second'] });
  const { code, stderr } = await runJest('jest-throws', {
    args: ['--runInBand'],
    env: { SHARED_DIRECTORY: directory },
  });
  const leakOf = (disk: string) =>
    `a file system of the host was remounted: mountns-host on ${directory}/${disk} type tmpfs: rw became ro\n`;
  const error = stderr.slice(stderr.indexOf('FAIL ./1-error.test.js'), stderr.indexOf('1-error.test.js:6:7'));
  expect(error).toContain(`● Test suite failed to run\n\n    broken file\n\n    mountns: ${leakOf('first')}`);
  expect(error).toContain(`      fix:  put it right with: mount -o remount,rw ${directory}/first\n`);
  expect(error).toContain('\n    mountns: a test file ended with a scope still open\n      why:  ');
  // A text can have no note.
  expect(stderr).toContain(`mountns: 2-text.test.js: ${leakOf('second')}`);
  expect(stderr).toContain('FAIL ./2-text.test.js\n  ● Test suite failed to run\n\n    a text\n');
  expect(stderr).toContain('Test Suites: 2 failed, 2 total\n');
  expect(code).toBe(1);
});
