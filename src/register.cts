/**
 * The preload: `node --require mountns/register …` enters the mount namespace before anything else runs.
 * A `--import` or an ES module may be too late: Node 20 reads ES modules by libuv's thread pool.
 */
import nodeModule = require('node:module');

// First, for the code of this package too. Node compares the source, the version and the flags, so what is old is not
// used; where the directory can't be used, nothing is. A Node that can't write it before it exits has no use for it.
const { enableCompileCache, flushCompileCache } = nodeModule as {
  enableCompileCache?: (directory: string) => unknown;
  flushCompileCache?: () => void;
};
const { MOUNTNS_COMPILE_CACHE: directory = '' } = process.env;
if (directory !== '' && flushCompileCache !== undefined) enableCompileCache?.(directory);

import { expectNativeCode } from '../native/koffi.cjs';
import { openResolutions } from '../native/resolutions.cjs';
import { NamespaceError } from './errors/namespace-error.cjs';
import { enterWorkerNamespace } from './namespace/enter.cjs';
import { COMPILE_CACHE, KOFFI, RESOLUTIONS, TEST_CONTEXT } from './namespace/environment.cjs';
import { namespaceRecord } from './namespace/namespace-record.cjs';
import { findTestRole } from './namespace/test-role.cjs';

const { [KOFFI]: koffi, [RESOLUTIONS]: resolutions } = process.env;
if (koffi !== undefined) expectNativeCode(koffi);
if (resolutions !== undefined) openResolutions(resolutions);
for (const name of [COMPILE_CACHE, KOFFI, RESOLUTIONS]) delete process.env[name];

try {
  const role = findTestRole(process);
  if (role === 'starts test processes') namespaceRecord.startsTestProcesses = true;
  else enterWorkerNamespace({ isApart: role === 'is a test process' });
  const { NODE_TEST_CONTEXT: context } = process.env;
  if (context === undefined) delete process.env[TEST_CONTEXT];
  else process.env[TEST_CONTEXT] = context;
} catch (error) {
  const isPreload = module.parent?.id === 'internal/preload';
  if (!isPreload || !(error instanceof NamespaceError)) throw error;
  // Node would print its stack, which has frames of this package only, and its fields.
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exit(1);
}
