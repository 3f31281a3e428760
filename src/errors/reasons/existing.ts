import { readdirSync } from 'node:fs';
import { encodePath } from '../../../native/path-bytes.cjs';
import { printable } from '../../mounts/printable.js';
import type { Failure, Reason } from '../failure.js';
import { kindOfPath, targetOf } from './paths.js';

/** EEXIST: what is in the way. */
export function explainExisting(failure: Failure): Reason | undefined {
  const path = targetOf(failure);
  const kind = kindOfPath(path);
  if (kind === undefined) return undefined;
  const entries = kind === 'directory' ? `, with ${readdirSync(encodePath(path)).length} entries` : '';
  return {
    why: `${printable(path)} is there already, a ${kind}${entries}`,
    fix: 'look at what it is, and move it away',
  };
}
