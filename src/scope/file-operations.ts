import { setImmediate, setTimeout } from 'node:timers';

import { NamespaceError } from '../errors/namespace-error.cjs';
import { now } from '../processes/clock.js';
import { countFileJobs } from './file-jobs.js';

/**
 * Waits until no asynchronous file operation is under way: one that nobody awaited would go on in another tree than
 * the one it was started in, and land on the host, or be lost with a scope.
 *
 * @param boundary which the scope is at
 * @throws {NamespaceError} when for {@link PATIENCE} milliseconds they have not become fewer.
 */
export async function drainFileOperations(boundary: 'begin' | 'end' = 'end'): Promise<void> {
  // Until then what a stream begins with is put off. (Not at the beginning: who ends a test has to see its scopes.)
  if (boundary === 'end') await new Promise<void>((resolve) => nextTick(resolve));
  let fewest = Number.POSITIVE_INFINITY;
  let deadline = 0;
  for (let count = countFileOperations(); count > 0; count = countFileOperations()) {
    if (count < fewest) {
      fewest = count;
      deadline = now() + PATIENCE;
    }
    if (now() > deadline) throw pendingError(boundary);
    // Counting takes longer the more there are, and they wait for it.
    await new Promise((resolve) => (count > FEW ? setTimeout(resolve, 5) : setImmediate(resolve)));
  }
}

function pendingError(boundary: 'begin' | 'end'): NamespaceError {
  const still = `file operations still under way after ${PATIENCE / 1000} s`;
  const message =
    boundary === 'begin'
      ? {
          summary: `a scope was not entered: ${still}`,
          why: 'they were started before, were not awaited, and would go on inside',
          fix: 'await them before the scope begins',
        }
      : {
          summary: `a scope ended with ${still}`,
          why: 'the callback started asynchronous file operations that it did not await',
          fix: 'await them before the callback returns; what this process writes from now on is kept in memory only',
        };
  return new NamespaceError(message, 'ERR_MOUNTNS_PENDING');
}

function countFileOperations(): number {
  return getActiveResourcesInfo().filter((resource) => REQUESTS.has(resource)).length + countFileJobs();
}

/** The last one is that of a FileHandle: what fs.promises.writeFile() ends with, say. */
const REQUESTS = new Set(['FSReqCallback', 'FSReqPromise', 'CloseReq']);

// Not the globals, which fake timers stop and tests replace.
const { getActiveResourcesInfo, nextTick } = process;

const PATIENCE = 2_000;
const FEW = 100;
