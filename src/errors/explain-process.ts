import fs from 'node:fs';

import type { Explanation } from './explained-error.cjs';

/** Why a file below `/proc/PID` could not be read, from the facts that can be checked now. */
export function explainProcess(code: string, pid: number | undefined): Pick<Explanation, 'why' | 'fix'> {
  if (code === 'ENOENT' && !fs.existsSync('/proc/self')) {
    return { why: 'there is no proc file system on /proc', fix: 'mount it: mount -t proc proc /proc' };
  }
  if (pid === undefined) return {};
  const state = processState(pid);
  if (state?.startsWith('Z')) {
    return { why: `process ${pid} has ended, only its parent has not reaped it yet (State: ${state})` };
  }
  if (code === 'ENOENT') return isAlive(pid) ? { why: HIDDEN } : { why: `there is no process ${pid}` };
  if (code !== 'EACCES' && code !== 'EPERM') return {};
  return { why: `process ${pid} belongs to ${owner(pid)}, this one runs as uid ${process.geteuid?.()}` };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function processState(pid: number): string | undefined {
  try {
    return /^State:\t(.*)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function owner(pid: number): string {
  const stat = fs.statSync(`/proc/${pid}`, { throwIfNoEntry: false });
  return stat === undefined ? 'another user' : `uid ${stat.uid}`;
}

const HIDDEN =
  'the process exists, but /proc does not show it: mounted with hidepid, or for another pid namespace';
