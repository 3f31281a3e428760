import { onTestFinished } from 'vitest';
import type { Explanation } from '../../src/errors/explained-error.cjs';
import { notices } from '../../src/processes/notices.js';

/** What is said about processes until the end of the test, which is not printed then. */
export function collectNotices(): Explanation[] {
  const { print } = notices;
  const collected: Explanation[] = [];
  notices.print = (notice) => collected.push(notice);
  onTestFinished(() => {
    notices.print = print;
  });
  return collected;
}
