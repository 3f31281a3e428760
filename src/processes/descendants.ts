import type { Proc } from './proc.js';
import { type ProcessInfo, readProcess } from './process-info.js';

/**
 * The descendants of a process, children before grandchildren. Those whose parent has ended count too, for a
 * process that adopts orphans (prctl(2), PR_SET_CHILD_SUBREAPER).
 */
export function readDescendants(proc: Proc, pid = process.pid): ProcessInfo[] {
  let seen = collect(proc, pid);
  // A list of children may leave one out while another one ends (proc_tid_children(5)).
  for (;;) {
    const again = collect(proc, pid);
    if (again.length === seen.length && again.every((each, index) => each.pid === seen[index]?.pid))
      return again;
    seen = again;
  }
}

function collect(proc: Proc, ancestor: number): ProcessInfo[] {
  const found: ProcessInfo[] = [];
  const pids = new Set<number>([ancestor]);
  // Grows while it is walked through.
  for (const parent of pids) {
    for (const pid of childrenOf(proc, parent)) {
      const child = pids.has(pid) ? undefined : readProcess(proc, pid);
      if (child === undefined) continue;
      pids.add(pid);
      found.push(child);
    }
  }
  return found;
}

/** Each thread has children of its own. */
function childrenOf(proc: Proc, pid: number): number[] {
  const threads = proc.list(`${pid}/task`) ?? [];
  const lists = threads.map((thread) => proc.read(`${pid}/task/${thread}/children`));
  if (threads.length > 0 && lists.every((list) => list === undefined)) return scanForChildren(proc, pid);
  return lists.flatMap((list) => list?.split(' ').filter(Boolean).map(Number) ?? []);
}

/** For kernels without CONFIG_PROC_CHILDREN. */
function scanForChildren(proc: Proc, parentPid: number): number[] {
  return listProcesses(proc).filter((pid) => readProcess(proc, pid)?.parentPid === parentPid);
}

/** The ids of all processes. */
export function listProcesses(proc: Proc): number[] {
  return (proc.list('.') ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
}
