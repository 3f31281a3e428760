/**
 * The preload: `node --require mountns/register …` enters the mount namespace before anything else runs.
 * A `--import` or an ES module entry is too late, libuv's thread pool exists by then.
 */
import { enterWorkerNamespace } from './namespace/enter.cjs';
import { findTestRole } from './namespace/test-role.cjs';

const role = findTestRole(process);
if (role !== 'starts test processes') enterWorkerNamespace({ isApart: role === 'is a test process' });
