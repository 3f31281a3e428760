import { listProc, readProc } from './proc.js';
import { type ProcessInfo, readProcess } from './process-info.js';

/**
 * The descendants of a process, children before grandchildren. Those whose parent has ended count too, for a
 * process that adopts orphans (prctl(2), PR_SET_CHILD_SUBREAPER).
 */
export function readDescendants(): ProcessInfo[] {
  let seen = collect();
  // A list of children may leave one out while another one ends (proc_tid_children(5)).
  for (;;) {
    const again = collect();
    if (again.length === seen.length && again.every((each, index) => each.pid === seen[index]?.pid))
      return again;
    seen = again;
  }
}

function collect(): ProcessInfo[] {
  const found: ProcessInfo[] = [];
  const pids = new Set<number>([process.pid]);
  // Grows while it is walked through.
  for (const parent of pids) {
    for (const pid of childrenOf(parent)) {
      const child = pids.has(pid) ? undefined : readProcess(pid);
      if (child === undefined) continue;
      pids.add(pid);
      found.push(child);
    }
  }
  return found;
}

/** Each thread has children of its own. */
function childrenOf(pid: number): number[] {
  const threads = listProc(`${pid}/task`) ?? [];
  const lists = threads.map((thread) => readProc(`${pid}/task/${thread}/children`));
  if (threads.length > 0 && lists.every((list) => list === undefined)) return scanForChildren(pid);
  return lists.flatMap((list) => list?.split(' ').filter(Boolean).map(Number) ?? []);
}

/** For kernels without CONFIG_PROC_CHILDREN. */
function scanForChildren(parentPid: number): number[] {
  return listProcesses().filter((pid) => readProcess(pid)?.parentPid === parentPid);
}

/** The ids of all processes. */
export function listProcesses(): number[] {
  return (listProc('.') ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
}
