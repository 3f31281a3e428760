import fs = require('node:fs');

const { constants, readFileSync } = fs;

/** How a descriptor of a process was opened: O_RDONLY, O_WRONLY or O_RDWR (proc_pid_fdinfo(5)). */
export function accessModeOf(pid: number | 'self', fd: string): number {
  const [, flags = '0'] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1')) ?? [];
  return Number.parseInt(flags, 8) & (constants.O_WRONLY | constants.O_RDWR);
}
