import { processWide } from '../../native/process-wide.cjs';
import { type Explanation, formatExplanation } from '../errors/explained-error.cjs';
import type { ProcessInfo } from './process-info.js';

const { stderr } = process;

/** Where this process tells of what is no error and should be known. A test runner puts its own way here. */
export const notices = processWide<{ print: (notice: Explanation) => void }>('notices', () => ({
  print: (notice) => {
    stderr.write(`mountns: ${formatExplanation(notice)}\n`);
  },
}));

/** `process 12 (sleep 60)`, or `processes 12 (sleep 60), 13 (cat)`. */
export function describeProcesses(processes: readonly ProcessInfo[]): string {
  const names = processes.map(({ pid, command }) => `${pid} (${command})`);
  return `${processes.length === 1 ? 'process' : 'processes'} ${names.join(', ')}`;
}
