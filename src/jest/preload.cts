/**
 * The preload of Jest's workers. The runner puts it into NODE_OPTIONS, which other children of Jest (a
 * reporter's, say) and worker threads inherit too: only workers enter a namespace.
 */
import path = require('node:path');

import { requireInMainRealm } from '../../native/main-realm.cjs';
import { isMainThread } from '../../native/main-thread.cjs';
import { enterWorkerNamespace } from '../namespace/enter.cjs';
import { COPY_ON_WRITE, JEST_INSPECT, LEAKS, PARENT_PID, PERMISSIONS } from '../namespace/environment.cjs';
import type * as Modules from '../worker-modules.js' with { 'resolution-mode': 'import' };
import { listenForDebugger } from './inspect.cjs';
import { removePreload } from './preload-option.cjs';
import { workerState } from './worker-state.cjs';

// Elsewhere than on Linux the preload refuses to work, on each thread.
if (process.platform !== 'linux' || isMainThread()) {
  // jest-worker sets the variable, and talks to its children over a channel.
  if (process.env.JEST_WORKER_ID !== undefined && process.connected) startWorker();
  else for (const name of [PARENT_PID, COPY_ON_WRITE, PERMISSIONS]) delete process.env[name];
  for (const name of [JEST_INSPECT, LEAKS]) delete process.env[name];
  removePreload();
}

function startWorker(): void {
  try {
    enterWorkerNamespace();
    listenForDebugger();
    // Here, before Jest and its transforms change how modules are loaded.
    requireInMainRealm(path.join(__dirname, '../index.js'));
    const { FileTrees, LeakCheck } = requireInMainRealm(
      path.join(__dirname, '../worker-modules.js'),
    ) as typeof Modules;
    workerState.files = new FileTrees();
    const policy = process.env[LEAKS] as 'fail' | 'warn' | 'off';
    workerState.beginLeakCheck = () => LeakCheck.begin(policy);
    workerState.leakCheck = LeakCheck.begin(policy);
  } catch (error) {
    // Jest starts a worker that dies again and again. This one lives, and tells each test file the reason.
    workerState.refusal = error;
  }
}
