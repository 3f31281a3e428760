import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../temporary-directory.js';
import { readHostTable } from './host-table.js';
import { runners, startVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('code that goes on after its test has timed out does not reach the host', async () => {
    const directory = temporaryDirectory();
    fs.mkdirSync(path.join(directory, 'tmpfs'));
    fs.writeFileSync(path.join(directory, 'precious'), 'host');
    const before = readHostTable();
    const run = startVitest('timeouts', {
      runner,
      args: ['run', '--reporter=verbose'],
      env: { SHARED_DIRECTORY: directory },
    });
    const { code, stdout, stderr } = await run.done;
    expect(results(stdout, 'timeouts.test.ts')).toEqual([
      '× plain > times out',
      '✓ plain > the next one finds what it expects, and nothing gets out',
      '× copy-on-write > times out',
      '✓ copy-on-write > the next one finds what it expects, and nothing gets out',
      '× ns times out',
      '✓ after ns, nothing gets out either',
      '× a callback that waits for a process ends with the process',
      '✓ is not awaited',
      '✓ what is not awaited does not get out',
      '✓ after all of them a scope is as ever',
    ]);
    for (const [file, hook] of Object.entries({
      each: 'beforeEach',
      all: 'beforeAll',
      around: 'aroundEach',
    })) {
      expect(results(stdout, `held-${file}.test.ts`)).toEqual([
        `× in a scope that ${hook}() holds > times out`,
        '✓ what it does later does not get out',
      ]);
    }
    expect(results(stdout, 'concurrent.test.ts')).toEqual([
      '× times out',
      '✓ the next one is not in its scope',
      '✓ and has one of its own',
    ]);
    expect(results(stdout, 'retried.test.ts')).toEqual([
      '✓ times out once',
      '× times out twice',
      '✓ what it does later does not get out',
    ]);
    const notice = /mountns: retried\.test\.ts.* ended with a scope still open$/gm;
    expect(stderr.match(notice)).toHaveLength(3);
    // Vitest itself writes these.
    expect(results(stdout, 'snapshots.test.ts')).toEqual(['✓ times out once', '✓ compares with a snapshot']);
    expect(run.read('__snapshots__/snapshots.test.ts.snap')).toContain('"content"');
    expect(stderr).toContain('Error: Test timed out in 100ms');
    expect(stderr).toContain(
      'mountns: timeouts.test.ts, test "plain > times out": test "times out" ended with a scope still open\n' +
        '  why:  a withMountNamespace() was not awaited or had not finished, or an enterMountNamespace() was not disposed of\n' +
        '        its code would reach the host: what this process writes from now on is kept in memory only\n' +
        '  fix:  await withMountNamespace(…); await using ns = await enterMountNamespace(); or raise the time limit\n',
    );
    expect(code).toBe(1);
    expect(fs.readdirSync(directory).sort()).toEqual(['precious', 'tmpfs']);
    expect(fs.readdirSync(path.join(directory, 'tmpfs'))).toEqual([]);
    expect(fs.readFileSync(path.join(directory, 'precious'), 'utf8')).toBe('host');
    expect(readHostTable()).toBe(before);
  });
});

/** Of a file, in the order of its tests. */
function results(stdout: string, file: string): string[] {
  const lines = new RegExp(`([✓×]) ${file} > (.*?)(?: \\d+ms.*)?$`, 'gm');
  return [...stdout.matchAll(lines)].map(([, mark, name]) => `${mark} ${name}`);
}
