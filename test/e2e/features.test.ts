import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { runners, runVitest, startVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('mocks, snapshots, setup files, global setup, retries, reporters and coverage work as with forks', async () => {
    const run = startVitest('features', {
      runner,
      args: ['run', '--coverage', '--reporter=default', '--reporter=json', '--outputFile.json=report.json'],
    });
    const { code, stdout, stderr } = await run.done;
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Tests {2}5 passed/);
    expect(stdout).toContain('global teardown ran');
    expect(code).toBe(0);
    const read = (file: string) => fs.readFileSync(path.join(run.directory, file), 'utf8');
    expect(read('__snapshots__/features.test.ts.snap')).toContain('"colour": "red"');
    expect(read('features.test.ts')).toContain('toMatchInlineSnapshot(`"red"`)');
    expect(JSON.parse(read('report.json'))).toMatchObject({ numPassedTests: 5, success: true });
    const coverage = JSON.parse(read('coverage/coverage-summary.json'));
    expect(coverage[path.join(run.directory, 'colour.ts')].branches.pct).toBeGreaterThan(50);
    expect(coverage[path.join(run.directory, 'unused.ts')].functions.pct).toBe(0);
    expect(Object.keys(coverage)).toHaveLength(3);
  });

  test('tests are listed without being run', async () => {
    const { code, stdout, stderr } = await runVitest('many', { runner, args: ['list'] });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n').sort()).toEqual(
      [1, 2, 3, 4, 5].map((n) => `${n}.test.ts > notes that it ran`),
    );
    expect(code).toBe(0);
  });
});
