import { endedChild, reapChild } from '../../native/processes.cjs';
import { nextTurn } from './clock.js';

/**
 * Waits for the children that have ended and that nobody else will wait for: those that lost their parent and
 * came to this process. The ones that Node has started it waits for itself, given a turn to do so.
 */
export async function reapOrphans(): Promise<void> {
  let known = 0;
  for (let pid = endedChild(); pid !== 0; pid = endedChild()) {
    if (pid === known) reapChild(pid);
    else await nextTurn();
    known = pid;
  }
}
