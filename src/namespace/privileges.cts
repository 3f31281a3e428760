import { renounceCapabilities, useCapabilities } from '../../native/capabilities.cjs';
import { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH } from '../../native/constants.cjs';
import { processWide } from '../../native/process-wide.cjs';

/** The capabilities by which root ignores permission bits. */
export const OVERRIDES = [CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH];

const privileges = processWide('privileges', () => ({ areRenounced: false }));

/** Holds this process to permission bits, and what it starts. Must run before Node's pool has threads. */
export function renounceOverrides(): void {
  renounceCapabilities(OVERRIDES);
  privileges.areRenounced = true;
}

/**
 * Runs `make`, which makes a file system, with the right to ignore permission bits also where that was renounced.
 * Overlay needs it: it works in a directory of mode 0, with the credentials of whoever made it. What is opened
 * through the file system is checked against the permissions of whoever opens it, before.
 */
export function withOverrides<T>(make: () => T): T {
  return privileges.areRenounced ? useCapabilities(OVERRIDES, make) : make();
}
