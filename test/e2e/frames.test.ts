import { expect, test } from 'vitest';

import { runners, startVitest } from './vitest-run.js';

test.each(runners)('reporters show no frames of this package, on %s', async (runner) => {
  const run = startVitest('frames', { runner });
  const { code, stdout, stderr } = await run.done;
  expect(code).toBe(1);
  expect(stdout + stderr).not.toContain('mountns/dist');
  expect(stderr).toMatch(/Error: No test suite found in file .*\/none\.test\.ts\n⎯/);
  const frames = [...stderr.matchAll(/^ ❯ (.*)|^(?:TypeError|MountError|Caused by|Timeout).*/gm)];
  expect(frames.map(([line, frame]) => frame ?? line.split(':')[0])).toEqual([
    ...['TypeError', 'fails.test.ts:5:19', 'fails.test.ts:5:3'],
    ...['MountError', 'fails.test.ts:9:6', 'Caused by', 'fails.test.ts:9:6'],
    ...['Timeout leaking in leaks.test.ts', 'leaks.test.ts:5:39', 'leaks.test.ts:5:3'],
  ]);
  // Whoever reports a fault of this package finds them.
  expect(run.read('report.json')).toContain('/node_modules/mountns/dist/');
});
