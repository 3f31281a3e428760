import fs from 'node:fs';

/** The optional fields of `/` in a process' mountinfo (proc_pid_mountinfo(5)): '' for a private mount. */
export function readRootPropagation(process: number | 'self'): string {
  const root = fs
    .readFileSync(`/proc/${process}/mountinfo`, 'latin1')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , , , mountPoint]) => mountPoint === '/') as string[];
  return root.slice(6, root.indexOf('-', 6)).join(' ');
}
