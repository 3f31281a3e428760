import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';

import { runners, startVitest } from './vitest-run.js';

describe.each(runners)('%s', (runner) => {
  test('watch mode runs the changed file again, in a new worker, and keeps no worker meanwhile', async () => {
    const run = startVitest('watch', { runner, args: ['watch'] });
    await run.output(/Tests {2}2 passed.*Waiting for file changes/s);
    const change = (value: number) =>
      fs.writeFileSync(path.join(run.directory, 'value.ts'), `export const value = ${value};\n`);
    const first = run.stdout.length;
    change(2);
    await run.output(/Tests {2}1 failed.*Watching for file changes/s, first);
    const second = run.stdout.length;
    change(1);
    await run.output(/Tests {2}1 passed.*Waiting for file changes/s, second);
    const started = run.read('events.txt').trim().split('\n');
    expect(started).toHaveLength(4);
    // The last one may still be on its way out.
    await vi.waitFor(() => {
      expect(started.filter((line) => fs.existsSync(`/proc/${line.split(' ')[1]}`))).toEqual([]);
    });
    run.child.kill('SIGTERM');
    await run.done;
  });
});
