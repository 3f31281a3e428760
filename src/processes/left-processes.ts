import { hasChildren } from '../../native/processes.cjs';
import { now, sleep } from './clock.js';
import { readDescendants } from './descendants.js';
import { endProcesses } from './end-processes.js';
import { reapOrphans } from './orphans.js';
import type { ProcessInfo } from './process-info.js';

/**
 * Gives processes a moment to end by themselves: one that was told to may need it, and the message may still be
 * under way.
 *
 * @param find tells which there are
 */
export async function awaitProcesses(find: () => ProcessInfo[]): Promise<void> {
  if (!hasChildren()) return;
  await reapOrphans();
  const deadline = now() + GRACE;
  for (let pause = 1; now() < deadline && find().some(({ hasEnded }) => !hasEnded); pause *= 2)
    await sleep(pause);
}

/**
 * Ends all descendants of this process.
 *
 * @returns those that did not end by themselves
 * @throws {NamespaceError} when some do not end
 */
export async function endDescendants(): Promise<ProcessInfo[]> {
  await awaitProcesses(readDescendants);
  const ended = endProcesses(readDescendants);
  await reapOrphans();
  return ended;
}

/** Milliseconds. */
const GRACE = 50;
