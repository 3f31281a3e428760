import { MountError } from '../errors/mount-error.js';
import { printable } from '../mounts/printable.js';

/** The error for a fault that can't be induced; `what` follows "cannot induce EIO on /a". */
export function induceError(
  errno: string,
  path: string,
  what: string,
  reason: { why?: string | undefined; fix?: string | undefined },
): MountError {
  return new MountError(
    { summary: `cannot induce ${errno} on ${printable(path)}${what}`, ...reason },
    { code: 'ERR_MOUNTNS_INDUCE', path },
  );
}
