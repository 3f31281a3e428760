import { NAMESPACE_MARK } from '../namespace/environment.cjs';
import { listProcesses } from './descendants.js';
import type { Proc } from './proc.js';
import { type ProcessInfo, readProcess } from './process-info.js';

/**
 * The processes in the mount namespace `id`, and those in a namespace that they made for themselves: these have
 * what the worker put into its environment, unless they have cleared it.
 */
export function readMembers(proc: Proc, id: number): ProcessInfo[] {
  const own = proc.inode('self/ns/mnt');
  return listProcesses(proc).flatMap((pid) => {
    const namespace = proc.inode(`${pid}/ns/mnt`);
    if (namespace === undefined || namespace === own) return [];
    if (namespace !== id && !hasMark(proc, pid, id)) return [];
    const info = readProcess(proc, pid);
    return info === undefined || info.hasEnded ? [] : [info];
  });
}

function hasMark(proc: Proc, pid: number, id: number): boolean {
  return `\0${proc.read(`${pid}/environ`) ?? ''}`.includes(`\0${NAMESPACE_MARK}=${id}\0`);
}
