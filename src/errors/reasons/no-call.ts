import { refusesEvery } from '../../obstacles/obstacles.cjs';
import type { Failure, Reason } from '../failure.js';
import { reasonOf } from './permission.js';

/** ENOSYS: a filter that pretends. A kernel that is too old has refused the worker. */
export function explainNoCall({ syscall, code }: Failure): Reason | undefined {
  return reasonOf(refusesEvery(syscall, code));
}
