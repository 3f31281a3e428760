import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { stable } from '../failure-of.js';
import { hostDirectory, mountOnHost } from './host-directory.js';
import { type RunOptions, runners, startVitest } from './vitest-run.js';

function start(directory: string, { env = {}, ...options }: RunOptions) {
  return startVitest('leaks', { ...options, env: { SHARED_DIRECTORY: directory, ...env } });
}

/** The failures of the report, each from the name of the file to the line that ends it. */
function failures(stderr: string): string[] {
  return [...stderr.matchAll(/^ FAIL {2}(.*\n(?:(?!⎯| FAIL).*\n)*)/gm)].map(([, text]) => text as string);
}

describe.each(runners)('%s', (runner) => {
  test.each([
    ['', {}],
    [', whatever its tests have replaced', { STUB: 'Buffer' }],
  ])('a mount that reached the host fails the file%s', async (_, env: Record<string, string>) => {
    const directory = hostDirectory({ empty: ['scope', 'outside', 'peer'] });
    const { code, stdout, stderr } = await start(directory, { runner, env, args: ['run', 'escape'] }).done;
    expect(stdout).toMatch(/Tests {2}3 passed/);
    expect(stdout).toMatch(/Test Files {2}1 failed/);
    expect(code).toBe(1);
    const text = failures(stderr).join('');
    expect(stable(text)).toContain(
      `LeakError: a mount reached the host: tmpfs on ${directory}/scope type tmpfs (rw,nosuid,nodev,relatime), shared:`,
    );
    expect(text).toMatch(
      /why: {2}its file system \(device 0:\d+\) is the one that this worker has mounted on \/mnt\/leaks\/source\n/,
    );
    expect(text).toContain(`fix:  take it away with: umount ${directory}/scope\n`);
    expect(text).toContain(`a mount reached the host: outside on ${directory}/outside type tmpfs`);
    expect(text).toMatch(/is the one that this worker has mounted on \/mnt\n/);
    expect(text).toMatch(
      new RegExp(`a mount reached the host: .* on ${directory}/peer type .*, shared:\\d+\n`),
    );
    expect(text).toMatch(
      /why: {2}it is in peer group \d+ with the one on \/mnt\/leaks\/usr of this worker\n/,
    );
    expect(failures(stderr)).toHaveLength(3);
  });

  test('a file system of the host that was remounted fails the file', async () => {
    const directory = hostDirectory({ mounted: ['in-scope', 'outside', 'put-right', 'mount-only'] });
    const { code, stdout, stderr } = await start(directory, { runner, args: ['run', 'remount.test'] }).done;
    expect(stdout).toMatch(/Tests {2}4 passed/);
    expect(code).toBe(1);
    expect(failures(stderr).map((text) => text.split('\n')[1])).toEqual(
      ['in-scope', 'outside'].map(
        (name) =>
          `LeakError: a file system of the host was remounted: mountns-host on ${directory}/${name} type tmpfs: rw became ro`,
      ),
    );
    expect(stderr).toContain(`fix:  put it right with: mount -o remount,rw ${directory}/in-scope\n`);
  });

  test('what a file has left is told beside the error for which it did not run', async () => {
    const directory = hostDirectory({ mounted: ['runner'] });
    const env = { RUNNER: './broken-runner.ts' };
    const { code, stderr } = await start(directory, { runner, env, args: ['run', 'innocent'] }).done;
    expect(code).toBe(1);
    expect(stderr).toContain('this runner is broken');
    expect(stderr).toContain(
      `a file system of the host was remounted: mountns-host on ${directory}/runner type tmpfs: rw became ro`,
    );
    expect(stderr).toContain(`fix:  put it right with: mount -o remount,rw ${directory}/runner\n`);
  });

  test('a mount point that is left fails the file', async () => {
    const directory = hostDirectory({ empty: ['before'] });
    const { code, stdout, stderr } = await start(directory, { runner, args: ['run', 'mount-point'] }).done;
    expect(stdout).toMatch(/Tests {2}7 passed/);
    expect(code).toBe(1);
    expect(failures(stderr).map((text) => text.split('\n')[1])).toEqual([
      ...['new/in-scope', 'new/by-itself', 'new/by-a-child', 'new/file', 'new/held'].map(
        (name) => `LeakError: a mount point was left on the host: ${directory}/${name}`,
      ),
      'NamespaceError: a test file ended with a scope still open',
    ]);
    // The test that removes one does so in this way.
    expect(failures(stderr)[0]).toContain('fix:  remove it after the scope, in afterAll() say, or do not');
  });

  test('a reporter for machines names the file', async () => {
    const directory = hostDirectory({ mounted: ['in-scope', 'outside', 'put-right', 'mount-only'] });
    const args = ['run', 'remount.test', '--reporter=github-actions'];
    const { stdout } = await start(directory, { runner, args }).done;
    expect(stdout).toMatch(
      /^::error file=\S+\/remount\.test\.ts,title=.*,line=1,column=1::LeakError: a file system of the host was remounted: /m,
    );
  });

  test('leaks: warn only says so, leaks: off does not look', async () => {
    const args = ['run', 'mount-point', '--testNamePattern=(?<!does not end)$'];
    const warned = hostDirectory({ empty: ['before'] });
    const warn = await start(warned, { runner, args, env: { OPTIONS: '{"leaks":"warn"}' } }).done;
    expect(warn.stderr).toContain(
      `mountns: mount-point.test.ts: a mount point was left on the host: ${warned}/new/in-scope\n  why:  `,
    );
    expect(warn.code).toBe(0);
    const ignored = hostDirectory({ empty: ['before'] });
    const off = await start(ignored, { runner, args, env: { OPTIONS: '{"leaks":"off"}' } }).done;
    expect(off.stderr).toBe('');
    expect(off.code).toBe(0);
  });

  test('what others do to the host meanwhile fails nobody', async () => {
    const directory = hostDirectory({ empty: ['own', 'new'], mounted: ['fs', 'other'] });
    const run = start(directory, { runner, args: ['run', 'innocent', 'remount', 'mount-point'] });
    await run.output(/^ready$/m);
    mountOnHost(path.join(directory, 'new'));
    for (const name of ['fs', 'other'])
      execFileSync('mount', ['-o', 'remount,ro', path.join(directory, name)]);
    fs.writeFileSync(path.join(directory, 'go'), '');
    const { stdout, stderr } = await run.done;
    expect(stdout).toContain('✓ innocent.test.ts');
    expect(failures(stderr).join('')).not.toContain('innocent.test.ts [');
    expect(stable(stderr)).toContain(
      `mountns: the host has a new mount: mountns-host on ${directory}/new type tmpfs (rw,relatime), shared:`,
    );
    expect(stderr.match(/the host has a new mount/g)).toHaveLength(1);
  });
});
