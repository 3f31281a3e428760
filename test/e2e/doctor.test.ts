import path from 'node:path';
import { expect, inject, test } from 'vitest';

import { startVitest } from './vitest-run.js';

interface Check {
  name: string;
  status: string;
}

/** The checks of ns-tool doctor, as it is packed, that are not met. */
async function limits(): Promise<Check[]> {
  const bin = path.join(inject('installed'), 'vitest4/node_modules/mountns/dist/src/cli/ns-tool.cjs');
  const { stdout } = await startVitest('places', { program: [bin, 'doctor', '--json'] }).done;
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return checks.filter(({ status }) => status !== 'ok');
}

test('the doctor finds no limit that is none, and no fault of its own', async () => {
  expect(await limits()).toEqual([]);
});
