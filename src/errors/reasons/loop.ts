import { isBelow } from '../../mounts/absolute-path.js';
import { printable } from '../../mounts/printable.js';
import type { Failure, Reason } from '../failure.js';

/** ELOOP: a mount can't be moved into itself. */
export function explainLoop({ operation, path, dest }: Failure): Reason | undefined {
  if (operation !== 'move' || dest === undefined) return undefined;
  if (path === '/') return { why: '/ is the root, and everything lies in it' };
  if (dest !== path && !isBelow(dest, path)) return undefined;
  return { why: `${printable(dest)} lies in the mount that was to be moved, ${printable(path)}` };
}
