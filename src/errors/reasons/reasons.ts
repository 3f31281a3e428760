import { probe } from '../../../native/unless.cjs';
import type { Failure, Reason } from '../failure.js';
import { explainBusy } from './busy.js';
import { explainDetachedRoot } from './detached-root.js';
import { explainExisting } from './existing.js';
import { explainInvalid } from './invalid.js';
import { explainLoop } from './loop.js';
import { explainMissing } from './missing.js';
import { explainNoCall } from './no-call.js';
import { explainEmptyDevice, explainNoDevice, explainNotBlockDevice } from './no-device.js';
import { explainNoSpace } from './no-space.js';
import { explainNotDirectory } from './not-directory.js';
import { explainOverlay } from './overlay.js';
import { explainPermission } from './permission.js';
import { explainTooLong } from './too-long.js';
import { explainTooManyFiles } from './too-many-files.js';

const REASONS: Record<string, (failure: Failure) => Reason | undefined> = {
  EACCES: explainPermission,
  EBUSY: explainBusy,
  EEXIST: explainExisting,
  EINVAL: explainInvalid,
  EIO: explainEmptyDevice,
  ELOOP: explainLoop,
  EMFILE: explainTooManyFiles,
  ENAMETOOLONG: explainTooLong,
  ENODEV: explainNoDevice,
  ENOENT: explainMissing,
  ENOSPC: explainNoSpace,
  ENOSYS: explainNoCall,
  ENOTBLK: explainNotBlockDevice,
  ENOTDIR: explainNotDirectory,
  EPERM: explainPermission,
};

/** Why a system call failed and what to do about it, from facts that are read again now, and never guessed. */
export function findReason(failure: Failure): Reason {
  // A fact that can't be read now must not hide the failure itself.
  const found = probe(
    () =>
      (failure.making === 'overlay' ? explainOverlay(failure) : undefined) ??
      explainDetachedRoot(failure) ??
      REASONS[failure.code]?.(failure),
  );
  return found ?? explainLog(failure);
}

/** The last message of the kernel's log of the file system, without its level: "e tmpfs: Unknown parameter 'x'". */
function explainLog({ log }: Failure): Reason {
  const last = log.at(-1);
  return last === undefined ? {} : { why: `the kernel says: ${last.replace(/^[ewi] /, '')}` };
}
