import os from 'node:os';
import { probeSystemCall } from '../../../native/probe-system-call.cjs';
import { refusesEvery } from '../../support/obstacles.cjs';
import { reasonOf } from './permission.js';
import type { Failure, Reason } from './reasons.js';

/** ENOSYS: a filter that pretends, or a kernel that is too old. */
export function explainNoCall({ syscall, code }: Failure): Reason | undefined {
  const filter = reasonOf(refusesEvery(syscall, code));
  if (filter !== undefined || probeSystemCall(syscall) !== 'ENOSYS') return filter;
  return { why: `this kernel (${os.release()}) has no ${syscall}(2)`, fix: 'use Linux 5.12 or newer' };
}
