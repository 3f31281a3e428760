import { scopeError } from '../errors/namespace-error.cjs';
import { now, sleep } from '../processes/clock.js';
import { notices } from '../processes/notices.js';
import { drainFileOperations } from './file-operations.js';
import { leftOpen } from './left-open.js';
import { enterQuarantine } from './quarantine.js';
import type { Scope } from './scope.js';
import { scopes } from './scopes.js';
import { endTreeProcesses } from './tree-processes.js';

/**
 * Ends an open scope, and those in it, whose test has ended while their code still runs: it has timed out, or did not
 * await them.
 *
 * A callback can't be stopped. Left, its scope would hand the host to whatever it does next, so the process goes
 * elsewhere: into a copy-on-write copy of the tree around the scope. The next tests find what they expect there,
 * and nothing that anyone writes from then on gets out. Where that is impossible, the process stays in the scope
 * and no more scopes are opened.
 *
 * @param whose the test, for the notice
 */
export async function abandonScope(outermost: Scope, whose: string): Promise<void> {
  // Many a callback only waits for a process.
  endTreeProcesses(outermost.tree, whose);
  const deadline = now() + GRACE;
  while (outermost.isOpen && now() < deadline) await sleep(5);
  if (!outermost.isOpen) return;
  try {
    await drainFileOperations();
    if (!outermost.isOpen) return;
    enterQuarantine(outermost);
    notices.print(leftOpen(whose, WRITES_ARE_LOST));
  } catch (error) {
    if (!outermost.isOpen) return;
    scopes.refusal = scopeError({ ...leftOpen(whose, NO_MORE), cause: error });
  }
  for (const scope of scopes.open.slice(scopes.open.indexOf(outermost))) scope.abandon();
}

const NO_MORE = '\nits code would reach the host: no more scopes are opened in this process';
const WRITES_ARE_LOST =
  '\nits code would reach the host: what this process writes from now on is kept in memory only';

/** Milliseconds for code that has nothing left to wait for. */
const GRACE = 100;
