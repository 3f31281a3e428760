import path from 'node:path';
import { expect, inject, test } from 'vitest';

import { startVitest } from './vitest-run.js';

const SECCOMP = path.resolve('test/kernel/user-namespace/seccomp.cjs');

interface Check {
  name: string;
  status: string;
}

/** The checks of ns-tool doctor, as it is packed, that are not met. */
async function limits(wrapper: readonly string[] = []): Promise<Check[]> {
  const bin = path.join(inject('installed'), 'vitest4/node_modules/mountns/dist/src/cli/ns-tool.cjs');
  const { stdout } = await startVitest('places', { program: [bin, 'doctor', '--json'], wrapper }).done;
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return checks.filter(({ status }) => status !== 'ok');
}

test('the doctor finds no limit that is none, and no fault of its own', async () => {
  expect(await limits()).toEqual([]);
});

test('the doctor finds that processes that tests leave can not be ended', async () => {
  const refused = await limits([process.execPath, SECCOMP, 'pidfd_send_signal', '/usr/bin/env', '--']);
  expect(refused.find(({ name }) => name === 'left processes')).toMatchObject({
    status: 'limited',
    detail: 'EPERM: operation not permitted, pidfd_send_signal',
    why: expect.stringMatching(/^a seccomp filter is active .*\nwhat tests leave running is not ended$/),
  });
});
