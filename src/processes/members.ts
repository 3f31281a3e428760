import { NAMESPACE_MARK } from '../namespace/environment.cjs';
import { listProcesses } from './descendants.js';
import { inodeInProc, readProc } from './proc.js';
import { type ProcessInfo, readProcess } from './process-info.js';

/**
 * The processes in the mount namespace `id`, and those in a namespace that they made for themselves: these have
 * what the worker put into its environment, unless they have cleared it.
 */
export function readMembers(id: number): ProcessInfo[] {
  const own = inodeInProc('self/ns/mnt');
  return listProcesses().flatMap((pid) => {
    const namespace = inodeInProc(`${pid}/ns/mnt`);
    if (namespace === undefined || namespace === own) return [];
    if (namespace !== id && !hasMark(pid, id)) return [];
    const info = readProcess(pid);
    return info === undefined || info.hasEnded ? [] : [info];
  });
}

function hasMark(pid: number, id: number): boolean {
  return `\0${readProc(`${pid}/environ`) ?? ''}`.includes(`\0${NAMESPACE_MARK}=${id}\0`);
}
