import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { type RunOptions, runners, runVitest, startVitest } from './vitest-run.js';

interface Event {
  what: 'start' | 'test';
  pid: string;
}

async function runMany(options: RunOptions & { copies?: string[]; first?: string }) {
  const run = startVitest('many', options);
  for (const copy of options.copies ?? []) {
    fs.copyFileSync(path.join(run.directory, '1.test.ts'), path.join(run.directory, copy));
  }
  if (options.first !== undefined) {
    // Vitest begins with the largest file.
    fs.writeFileSync(path.join(run.directory, '0.test.ts'), `${options.first}\n${'//'.repeat(1000)}`);
  }
  const result = await run.done;
  const lines = fs.readFileSync(path.join(run.directory, 'events.txt'), 'utf8').trim().split('\n');
  const events = lines.map((line) => line.split(' ')).map(([what, pid]) => ({ what, pid }) as Event);
  const pids = (what: Event['what']) => events.filter((event) => event.what === what).map(({ pid }) => pid);
  return { ...result, directory: run.directory, events, started: pids('start'), ran: pids('test') };
}

describe.each(runners)('%s', (runner) => {
  test('one file starts one worker', async () => {
    const { started, stderr } = await runMany({ runner, args: ['run', '1.test.ts'] });
    expect(stderr).toBe('');
    expect(started).toHaveLength(1);
  });

  test('each file has a worker of its own, and no other worker is started', async () => {
    const { started, ran, stderr, stdout } = await runMany({ runner });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Tests {2}5 passed/);
    expect(new Set(ran).size).toBe(5);
    expect([...started].sort()).toEqual([...ran].sort());
  });

  test('a spare worker starts while a file runs', async () => {
    const first = `import fs from 'node:fs';
      import { test, vi } from 'vitest';
      test('waits for it', () => vi.waitUntil(() => fs.readFileSync('events.txt', 'utf8').split('start').length > 2, { timeout: 20_000 }));`;
    const { started, stdout } = await runMany({
      runner,
      args: ['run', '--testTimeout=20000'],
      env: { OPTIONS: '{"prewarm":1}' },
      first,
    });
    expect(stdout).toMatch(/Tests {2}6 passed/);
    expect(started).toHaveLength(6);
  });

  test('with prewarm: false each worker starts after the file before has ended', async () => {
    const { events } = await runMany({ runner, env: { OPTIONS: '{"prewarm":false}' } });
    expect(events.map(({ what }) => what)).toEqual(Array(5).fill(['start', 'test']).flat());
  });

  test('shards run their own files only, and their reports merge', async () => {
    const run = startVitest('many', { runner, args: ['run', '--reporter=blob', '--shard=1/2'] });
    const first = await run.done;
    const second = await run.again({ runner, args: ['run', '--reporter=blob', '--shard=2/2'] }).done;
    const merged = await run.again({ runner, args: ['run', '--merge-reports', '--reporter=verbose'] }).done;
    expect([first.stderr, second.stderr, merged.stderr]).toEqual(['', '', '']);
    expect(merged.stdout.match(/✓ \d\.test\.ts > notes that it ran/g)?.sort()).toHaveLength(5);
    expect(merged.stdout).toMatch(/Tests {2}5 passed/);
    const events = fs.readFileSync(path.join(run.directory, 'events.txt'), 'utf8');
    expect(events.match(/start/g)).toHaveLength(5);
    expect(events.match(/test/g)).toHaveLength(5);
  });

  test('profiles of Node are written, one for each file', async () => {
    const { directory, stderr, events } = await runMany({
      runner,
      execArgv: ['--cpu-prof', '--cpu-prof-dir=profiles'],
    });
    expect(stderr).toBe('');
    // One more is that of the main process.
    expect(fs.readdirSync(path.join(directory, 'profiles'))).toHaveLength(6);
    // A spare worker that nobody needs in the end would write one too.
    expect(events.map(({ what }) => what)).toEqual(Array(5).fill(['start', 'test']).flat());
  });

  test('more workers at once than a stream takes listeners cause no warning', async () => {
    const copies = Array.from({ length: 12 }, (_, index) => `copy-${index}.test.ts`);
    const { stderr, started } = await runMany({ runner, args: ['run', '--maxWorkers=12', 'copy'], copies });
    expect(stderr).toBe('');
    expect(started).toHaveLength(12);
  });

  test('--bail starts no worker for the files that are left', async () => {
    const first = "import { test } from 'vitest';\ntest('fails', () => expect.fail());";
    const { started, code } = await runMany({ runner, args: ['run', '--bail=1'], first });
    expect(code).toBe(1);
    // The failing one, and a spare one that was on its way.
    expect(started.length).toBeLessThanOrEqual(2);
  });
});

test('a spare worker that lacks what the host has mounted since is not used', async () => {
  const { stdout, stderr, code } = await runVitest('stale', {
    // Nothing is mounted in the namespace of the tests themselves.
    wrapper: ['unshare', '--mount', '--propagation', 'private'],
  });
  // Another program has mounted it, for all that the leak check can tell.
  expect(stderr).toMatch(
    /^mountns: the host has a new mount: mounted-late on \S+ type tmpfs \(.*\), private\n {2}why: .*\n$/,
  );
  expect(stdout).toMatch(/Tests {2}2 passed/);
  expect(code).toBe(0);
});
