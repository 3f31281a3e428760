import { WORKER_DATA } from '../../namespace/environment.cjs';
import type { WorkerData } from '../protocol.js';

/** Takes the pool's data out of the environment, so that tests see the one that Vitest made for them. */
export function takeWorkerData(): WorkerData {
  const data = JSON.parse(process.env[WORKER_DATA] ?? '') as WorkerData;
  if (data.nodeOptions !== undefined) process.env.NODE_OPTIONS = data.nodeOptions;
  delete process.env[WORKER_DATA];
  delete process.env.TINYPOOL_WORKER_ID;
  return data;
}
