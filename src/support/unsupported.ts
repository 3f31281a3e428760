import { REQUIRE } from '../namespace/environment.cjs';

/** What happens to tests on a machine that gives them no mount namespace. */
export type Unsupported = 'fail' | 'skip';

/** Whether such tests are skipped: MOUNTNS_REQUIRE turns skips into failures, for CI. */
export function isSkipAllowed(unsupported: Unsupported, env: NodeJS.ProcessEnv = process.env): boolean {
  return unsupported === 'skip' && !isRequired(env);
}

/** Whether MOUNTNS_REQUIRE is set, to anything but nothing and 0. */
export function isRequired(env: NodeJS.ProcessEnv = process.env): boolean {
  return !['', '0'].includes(env[REQUIRE] ?? '');
}
