import { afterEach, expect, test, vi } from 'vitest';
import type { Vitest } from 'vitest/node';

import { handBackAfterRuns } from '../../../src/vitest/sudo.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('follows a Vitest on when its configuration has changed, and the end of the process once', () => {
  vi.stubEnv('SUDO_UID', '65534');
  vi.stubEnv('SUDO_GID', '65534');
  vi.spyOn(process, 'geteuid').mockReturnValue(0);
  const once = vi.spyOn(process, 'once').mockReturnThis();
  const vitest = {} as { config: { reporters: object[] } };
  for (const config of [{ reporters: [] }, { reporters: [] }]) {
    vitest.config = config;
    handBackAfterRuns(vitest as unknown as Vitest);
    handBackAfterRuns(vitest as unknown as Vitest);
    expect(config.reporters).toHaveLength(1);
  }
  expect(once.mock.calls.map(([event]) => event)).toEqual(['exit', 'SIGHUP']);
});
