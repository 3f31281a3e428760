import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { UNPRIVILEGED } from '../unprivileged.js';
import { copyForUser } from './copy-for-user.js';
import { places } from './places.js';
import { runners, runVitest, VitestRun } from './vitest-run.js';

const examples = path.resolve(import.meta.dirname, '../../examples');

// The command of the README runs them with all privileges where it can.
describe.each(runners)('%s', (runner) => {
  test('all examples pass for a user without privileges', async () => {
    const directory = copyForUser(examples, runner);
    const env = { HOME: directory, CI: '1' };
    const { code, stdout, stderr } = await new VitestRun(directory, { runner, env, wrapper: UNPRIVILEGED })
      .done;
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Test Files {2}\d+ passed \(\d+\)/);
    expect(code).toBe(0);
  });

  test('all examples pass in a container that has BusyBox in place of util-linux', async () => {
    const wrapper = places.container();
    const { code, stdout, stderr } = await runVitest(examples, { runner, node: 'node24', wrapper });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/Test Files {2}\d+ passed \(\d+\)/);
    expect(code).toBe(0);
  });
});
