import { noteInStack } from '../src/errors/stack-note.cjs';
import type { MountDiff } from '../src/mounts/diff-mounts.js';
import { formatDiff } from '../src/mounts/format-diff.js';
import { readMounts } from '../src/mounts/read-mounts.js';
import { seenIn } from './facts.js';
import { buildMessage } from './message.js';
import { misuse } from './subject.js';
import type { MatcherResult, MatcherState } from './types.js';

/**
 * Runs a function and asserts that the mount table of this process is afterwards as it was: nothing added, removed
 * or changed. It is asynchronous, also for a function that is not: await it.
 *
 * An error of the function is passed on, with and without `.not`; what it had changed stands in its `stack`.
 *
 * @throws {TypeError} at once, when `expect()` was given no function, with and without `.not`.
 * @throws {ReadMountsError} when the table can't be read.
 * @example
 * await expect(() => withMountNamespace((inner) => inner.tmpfs('/mnt/test_mount'))).toLeaveMountsUnchanged();
 * await expect(() => ns.tmpfs('/mnt/test_mount')).not.toLeaveMountsUnchanged();
 */
export function toLeaveMountsUnchanged(this: MatcherState, received: unknown): Promise<MatcherResult> {
  if (typeof received !== 'function') {
    throw misuse('toLeaveMountsUnchanged', 'expect() must be given a function', received);
  }
  return judge(received as () => unknown, this.isNot);
}

async function judge(fn: () => unknown, isNot: boolean | undefined): Promise<MatcherResult> {
  const before = readMounts('self');
  try {
    await fn();
  } catch (error) {
    const diff = before.diff(readMounts('self'));
    if (!isEmpty(diff))
      noteInStack(error, { title: 'before it failed, fn changed the mounts:', lines: linesOf(diff) });
    throw error;
  }
  const after = readMounts('self');
  const diff = before.diff(after);
  return {
    pass: isEmpty(diff),
    message: () =>
      buildMessage({
        matcher: 'toLeaveMountsUnchanged',
        received: 'fn',
        isNot,
        subject: 'fn',
        predicate: 'leave the mounts unchanged',
        facts: [['Changes', isEmpty(diff) ? undefined : formatDiff(diff)], seenIn(after)],
      }),
  };
}

function isEmpty({ added, removed, changed }: MountDiff): boolean {
  return added.length + removed.length + changed.length === 0;
}

function linesOf(diff: MountDiff): string[] {
  return formatDiff(diff).split('\n');
}
