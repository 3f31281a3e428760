/**
 * The preload: `node --require mountns/register …` enters the mount namespace before anything else runs.
 * A `--import` or an ES module entry is too late, libuv's thread pool exists by then.
 */
import { enterWorkerNamespace } from './namespace/enter.cjs';

enterWorkerNamespace();
