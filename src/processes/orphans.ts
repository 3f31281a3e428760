import { reapChild } from '../../native/processes.cjs';
import { nextTurn } from './clock.js';
import { readDescendants } from './descendants.js';
import type { ProcessInfo } from './process-info.js';

/**
 * Waits for the children that have ended and that nobody else will wait for: those that lost their parent and
 * came to this process. The ones that Node has started it waits for itself, given a turn to do so.
 */
export async function reapOrphans(): Promise<void> {
  const ended = endedChildren();
  if (ended.length === 0) return;
  await nextTurn();
  const still = endedChildren();
  for (const { pid, startTime } of still) {
    if (ended.some((before) => before.pid === pid && before.startTime === startTime)) reapChild(pid);
  }
}

function endedChildren(): ProcessInfo[] {
  return readDescendants().filter(({ parentPid, hasEnded }) => hasEnded && parentPid === process.pid);
}
