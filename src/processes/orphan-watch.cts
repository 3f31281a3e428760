import { endedChild, reapChild } from '../../native/processes.cjs';

const { setImmediate, setTimeout } = globalThis;

/**
 * Waits for the children that have ended and that nobody else waits for: those that lost their parent and came to this
 * process. Until then they are there for whoever asks by kill(2) with signal 0, and a daemon seems not to end.
 */
export function watchOrphans(): void {
  process.on('SIGCHLD', () => reapUnlessNew(0));
}

function reapUnlessNew(known: number): void {
  const pid = endedChild();
  if (pid === 0) return;
  if (pid === known) reapChild(pid);
  // Node looks for its own children before an immediate runs, but after a timer does.
  setTimeout(() => setImmediate(reapUnlessNew, pid), PAUSE).unref();
}

/** Milliseconds: a thread of native code may be about to wait for its child. */
const PAUSE = 20;
