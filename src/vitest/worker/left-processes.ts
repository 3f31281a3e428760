import { hasChildren } from '../../../native/processes.cjs';
import { endDescendants } from '../../processes/left-processes.js';
import { leftRunning, notices } from '../../processes/notices.js';
import type { ProcessInfo } from '../../processes/process-info.js';
import type { Diary } from './diary.js';

/**
 * Ends what the test files have left running, and says so.
 *
 * @returns whether there is nothing left, by the kernel's word
 */
export async function endLeftProcesses(diary: Diary): Promise<boolean> {
  if (!hasChildren()) return true;
  const originOf = ({ startTime }: ProcessInfo) => {
    const origin = diary.at(startTime);
    if (origin?.test !== undefined) return `started in test "${origin.test}"`;
    return origin?.file === undefined ? undefined : `started by ${origin.file}`;
  };
  try {
    const ended = await endDescendants();
    if (ended.length > 0) notices.print(leftRunning('the worker', ended, originOf));
  } catch (error) {
    notices.print({ summary: (error as Error).message });
  }
  return !hasChildren();
}
