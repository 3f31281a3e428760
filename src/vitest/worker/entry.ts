/** Tinypool loads this file into each worker. What it does at once, spare workers have done already. */
import type * as VitestWorker from 'vitest/worker';

import { serve } from './transport.js';
import { takeWorkerData } from './worker-data.js';

const { vitestWorker, findsVitest, options } = takeWorkerData();
const vitest: typeof VitestWorker = await import(vitestWorker);

/** The task: it lasts as long as the worker. */
export default (): Promise<never> => serve(vitest, options, findsVitest);
