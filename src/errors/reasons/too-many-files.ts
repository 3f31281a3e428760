import { descriptorLimit } from '../../../native/resource-limits.cjs';
import type { Reason } from '../failure.js';

/** EMFILE: no descriptor is free. Reading how many are open would take one. */
export function explainTooManyFiles(): Reason {
  return {
    why: `this process may have ${descriptorLimit()} descriptors open at once (RLIMIT_NOFILE), and all are taken`,
    fix: 'close what is open, or raise the limit in the shell that starts the tests: ulimit -n …',
  };
}
