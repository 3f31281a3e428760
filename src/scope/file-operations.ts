import { setImmediate } from 'node:timers';

import { NamespaceError } from '../errors/namespace-error.cjs';

/**
 * Waits until no asynchronous file operation is under way: one that nobody awaited would go on after the scope
 * was left, and land on the host.
 *
 * @throws {NamespaceError} when there are still some after {@link PATIENCE} milliseconds.
 */
export async function drainFileOperations(): Promise<void> {
  const deadline = now() + PATIENCE;
  while (hasFileOperations()) {
    if (now() > deadline) {
      throw new NamespaceError(
        {
          summary: `a scope ended with file operations still under way after ${PATIENCE / 1000} s`,
          why: 'the callback started asynchronous file operations that it did not await',
          fix: 'await them before the callback returns',
        },
        'ERR_MOUNTNS_PENDING',
      );
    }
    await new Promise(setImmediate);
  }
}

function hasFileOperations(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((resource) => resource === 'FSReqCallback' || resource === 'FSReqPromise');
}

// Not the globals, which fake timers stop.
const now = performance.now.bind(performance);

const PATIENCE = 2_000;
