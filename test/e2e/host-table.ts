import fs from 'node:fs';

/** The name of directories on the host that tests of leaks mount on. */
export const LEAKS = 'mountns-leaks-';

/** The mount table of the host, without what tests of leaks do to it at the same time. */
export function readHostTable(): string {
  const lines = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.filter((line) => !line.includes(LEAKS)).join('\n');
}
