import { expect, test } from 'vitest';

import { startJest } from './jest-run.js';

test('a file fails whose snapshots do not reach the disk, and no other', async () => {
  const run = startJest('jest-snapshots', { args: ['--updateSnapshot'] });
  const { code, stderr } = await run.done;
  const lostIn = (
    file: string,
  ) => `  ● the snapshots in ${run.directory}/${file} are lost: that file is another on the disk
      why:  Jest writes them before the teardown() of the environment, in its scope or on its mounts
      fix:  enter the scope in beforeAll() and leave it in afterAll()\n`;
  for (const name of ['copied', 'updated', 'covered', 'by-hand']) {
    expect(stderr).toContain(`FAIL ./${name}.test.js\n${lostIn(`__snapshots__/${name}.test.js.snap`)}`);
  }
  expect(stderr).toContain(`FAIL ./inline.test.js\n${lostIn('inline.test.js')}`);
  for (const name of ['plain', 'hooks', 'unchanged']) {
    expect(stderr).toContain(`PASS ./${name}.test.js`);
    expect(run.read(`__snapshots__/${name}.test.js.snap`)).toContain('exports[`one 1`] = `1`;');
  }
  expect(stderr).toMatch(/Test Suites: 5 failed, 3 passed, 8 total\nTests: {7}8 passed, 8 total\n/);
  expect(code).toBe(1);
});

test('the snapshots are looked for where snapshotResolver says', async () => {
  const run = startJest('jest-snapshots', { args: ['--snapshotResolver=./resolver.js', 'plain'] });
  const { code, stderr } = await run.done;
  expect(stderr).toContain(
    `● the snapshots in ${run.directory}/elsewhere/plain.test.js.snap are lost: that file is another on the disk\n`,
  );
  expect(code).toBe(1);
});
