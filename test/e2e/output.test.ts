import { describe, expect, test } from 'vitest';

import { runners, startVitest } from './vitest-run.js';

/** The numbers of the lines of the fixture's test, in the order in which they came. */
function numbers(output: string, name: string): number[] {
  return [...output.matchAll(new RegExp(`^${name} (\\d+) \\.{50}$`, 'gm'))].map(([, number]) =>
    Number(number),
  );
}

const all = Array.from({ length: 20_000 }, (_, index) => index);

describe.each(runners)('%s', (runner) => {
  test('what a test writes arrives whole and in order', async () => {
    const { stdout, stderr, code } = await startVitest('output', { runner, args: ['run', 'output.test'] })
      .done;
    expect(numbers(stdout, 'out')).toEqual(all);
    expect(numbers(stderr, 'err')).toEqual(all);
    expect(code).toBe(0);
  });

  test('the last words of a worker that exits arrive', async () => {
    const { stdout, stderr } = await startVitest('output', { runner, args: ['run', 'exit.test'] }).done;
    expect(stdout).toContain('last words on stdout');
    expect(stderr).toContain('last words on stderr');
    expect(stderr).toContain('exited with code 3 while it ran exit.test.ts');
  });

  test('it goes to the streams that Vitest was started with', async () => {
    const run = startVitest('output', { runner, script: 'streams.mjs', env: { FILE: 'output.test' } });
    const { stdout, stderr, code } = await run.done;
    expect(stderr).toBe('');
    expect(stdout).toBe('out 20000, err 20000, then the report\n');
    expect(code).toBe(0);
  });

  test.each(['corked', 'ended', 'silenced'])(
    'all of it arrives when the test has %s its stream',
    async (file) => {
      const run = startVitest('output', { runner, script: 'streams.mjs', env: { FILE: `${file}.test` } });
      const { stdout, stderr, code } = await run.done;
      expect(stderr).toBe('');
      expect(stdout).toBe('out 20000, err 0, then the report\n');
      expect(code).toBe(0);
    },
  );

  test('the beginnings of lines come before what is reported of their file', async () => {
    const { stdout, stderr } = await startVitest('output', { runner, args: ['run', 'partial.test'] }).done;
    expect(stdout).toContain('begun on stdout ✓ partial.test.ts');
    expect(stderr).toBe('begun on stderr');
  });

  test('a process that a test left behind does not keep Vitest waiting', async () => {
    const run = startVitest('output', { runner, args: ['run', 'daemon.test'] });
    const { stdout, stderr, code } = await run.done;
    expect(stdout).toContain('before the end');
    expect(stderr).toContain(`process ${run.read('daemon.pid')} (sleep 1000`);
    expect(code).toBe(0);
  });
});
