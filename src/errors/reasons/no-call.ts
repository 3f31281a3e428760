import { refusesEvery } from '../../support/obstacles.cjs';
import { reasonOf } from './permission.js';
import type { Failure, Reason } from './reasons.js';

/** ENOSYS: a filter that pretends. A kernel that is too old has refused the worker. */
export function explainNoCall({ syscall, code }: Failure): Reason | undefined {
  return reasonOf(refusesEvery(syscall, code));
}
