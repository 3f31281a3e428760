import { createHook } from 'node:async_hooks';

import { processWide } from '../../native/process-wide.cjs';

/**
 * Counts the jobs of Node's thread pool that read or write a whole file: what fs.readFile() and fs.writeFile() are since
 * Node 26. process.getActiveResourcesInfo() does not tell of them.
 */
export function countFileJobs(): number {
  return jobs.size;
}

const jobs = processWide('file-jobs', followFileJobs);

function followFileJobs(): Set<number> {
  const underWay = new Set<number>();
  if (Number.parseInt(process.versions.node, 10) < 26) return underWay;
  const callbacks = {
    init(id: number, type: string, _trigger: number, job: object) {
      if (type === 'FSREQCALLBACK' && job.constructor.name.endsWith('FileJob')) underWay.add(id);
    },
    after(id: number) {
      underWay.delete(id);
    },
    // They would all take longer.
    trackPromises: false,
  };
  createHook(callbacks).enable();
  return underWay;
}
