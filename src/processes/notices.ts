import { processWide } from '../../native/process-wide.cjs';
import { type Explanation, formatExplanation } from '../errors/explained-error.cjs';
import type { ProcessInfo } from './process-info.js';

const { stderr } = process;

/** Something that is no error and should be known. */
export interface Notice extends Pick<Explanation, 'summary' | 'why' | 'fix'> {
  /** Whether other workers will say the same. */
  isShared?: boolean | undefined;
}

/** Where this process tells of such things. A test runner puts its own way here. */
export const notices = processWide<{ print: (notice: Notice) => void }>('notices', () => ({
  print: (notice) => {
    stderr.write(`mountns: ${formatExplanation(notice)}\n`);
  },
}));

/**
 * What to say about processes that were ended because something else had ended.
 *
 * @param what `'a scope'`, `'the worker'`
 * @param originOf what is known of where one was started: `'started in test "a"'`
 */
export function leftRunning(
  what: string,
  processes: readonly ProcessInfo[],
  originOf: (process: ProcessInfo) => string | undefined = () => undefined,
): Notice {
  const names = processes.map((each) => {
    const facts = [each.command, originOf(each)].filter((fact) => fact !== undefined);
    return `${each.pid} (${facts.join(', ')})`;
  });
  const noun = processes.length === 1 ? 'process' : 'processes';
  return {
    summary: `${what} ended with ${noun} ${names.join(', ')} still running: killed`,
    fix: 'end what you start, and wait for its end, in an afterEach() say',
  };
}
