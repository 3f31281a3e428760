import { noteInStack } from '../src/errors/stack-note.cjs';
import { diffMounts, type MountDiff } from '../src/mounts/diff-mounts.js';
import { FileSystemWatch } from '../src/mounts/file-system-watch.js';
import { formatDiff } from '../src/mounts/format-diff.js';
import { formatMount } from '../src/mounts/format-mount.js';
import { printable } from '../src/mounts/printable.js';
import { readMounts } from '../src/mounts/read-mounts.js';
import { seenIn } from './facts.js';
import { buildMessage } from './message.js';
import { misuse } from './subject.js';
import type { MatcherResult, MatcherState } from './types.js';

/**
 * Runs a function and asserts that the mount table of this process is afterwards as it was: nothing added, removed
 * or changed. It is asynchronous, also for a function that is not: await it.
 *
 * A file system without a block device that was unmounted everywhere and mounted anew is another one, a tmpfs say.
 *
 * An error of the function is passed on, with and without `.not`; what it had changed stands in its `stack`.
 *
 * @throws {TypeError} at once, when `expect()` was given no function, with and without `.not`.
 * @throws {ExplainedError} called `ReadMountsError`, when the table can't be read.
 * @example
 * await expect(() => withMountNamespace((inner) => inner.tmpfs('/mnt/test_mount'))).toLeaveMountsUnchanged();
 * await expect(() => ns.tmpfs('/mnt/test_mount')).not.toLeaveMountsUnchanged();
 */
export function toLeaveMountsUnchanged(this: MatcherState, received: unknown): Promise<MatcherResult> {
  if (typeof received !== 'function') {
    throw misuse('toLeaveMountsUnchanged', 'expect() must be given a function', received);
  }
  // What compares values with it looks for that at once, and would take a promise for a matcher that fails.
  return Object.defineProperty(judge(received as () => unknown, this.isNot), 'pass', {
    get() {
      throw new TypeError(
        'toLeaveMountsUnchanged waits for its function and can’t stand for a value: await expect(fn).toLeaveMountsUnchanged()',
      );
    },
  });
}

async function judge(fn: () => unknown, isNot: boolean | undefined): Promise<MatcherResult> {
  const before = readMounts('self');
  const watch = new FileSystemWatch(before, readMounts('host'));
  const look = () => {
    const ended = watch.end();
    const after = readMounts('self');
    return { after, diff: diffMounts(before, after, ended) };
  };
  try {
    await fn();
  } catch (error) {
    const { diff } = look();
    if (!isEmpty(diff))
      noteInStack(error, { title: 'before it failed, fn changed the mounts:', lines: linesOf(diff) });
    throw error;
  }
  const { after, diff } = look();
  return {
    pass: isEmpty(diff),
    message: () =>
      buildMessage({
        matcher: 'toLeaveMountsUnchanged',
        received: 'fn',
        isNot,
        subject: 'fn',
        predicate: 'leave the mounts unchanged',
        facts: [
          ['Changes', isEmpty(diff) ? undefined : formatDiff(diff)],
          ['Replaced', describeReplaced(diff)],
          seenIn(after),
        ],
      }),
  };
}

/** The lines of these are equal, and their file systems are not. */
function describeReplaced({ added, removed }: MountDiff): string | undefined {
  const lines = new Set(removed.map(formatMount));
  const replaced = added.filter((mount) => lines.has(formatMount(mount)));
  return (
    replaced
      .map(({ mountPoint }) => `${printable(mountPoint)} shows another file system than before`)
      .join('\n') || undefined
  );
}

function isEmpty({ added, removed, changed }: MountDiff): boolean {
  return added.length + removed.length + changed.length === 0;
}

function linesOf(diff: MountDiff): string[] {
  return formatDiff(diff).split('\n');
}
