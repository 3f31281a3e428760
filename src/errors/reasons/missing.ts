import { ancestors } from '../../mounts/absolute-path.js';
import { printable } from '../../mounts/printable.js';
import type { Failure, Reason } from '../failure.js';
import { explainNoSource } from './no-device.js';
import { describeLink, kindOfPath, pathsOf } from './paths.js';

/** ENOENT: which of the paths is not there, and from which part on. */
export function explainMissing(failure: Failure): Reason | undefined {
  // The target is there: it was provided.
  if (failure.operation === 'bind' && failure.syscall === 'move_mount')
    return { why: describeLink(failure.path) };
  for (const [name, path] of pathsOf(failure)) {
    if (kindOfPath(path) !== undefined) continue;
    const first = ancestors(path).find((part) => kindOfPath(part) === undefined);
    const part = first === undefined || first === path ? '' : ` (${printable(first)} does not either)`;
    return { why: `${name} ${printable(path)} does not exist${part}` };
  }
  return explainNoSource(failure);
}
