/**
 * The preload: `node --require mountns/register …` enters the mount namespace before anything else runs.
 * A `--import` or an ES module entry is too late, libuv's thread pool exists by then.
 */
import { openCompileCache } from '../native/compile-cache.cjs';
import { NamespaceError } from './errors/namespace-error.cjs';
import { enterWorkerNamespace } from './namespace/enter.cjs';
import { COMPILE_CACHE } from './namespace/environment.cjs';
import { findTestRole } from './namespace/test-role.cjs';

const compileCache = process.env[COMPILE_CACHE];
if (compileCache !== undefined && compileCache !== '') openCompileCache(compileCache);
delete process.env[COMPILE_CACHE];

try {
  const role = findTestRole(process);
  if (role !== 'starts test processes') enterWorkerNamespace({ isApart: role === 'is a test process' });
} catch (error) {
  const isPreload = module.parent?.id === 'internal/preload';
  if (!isPreload || !(error instanceof NamespaceError)) throw error;
  // Node would print its stack, which has frames of this package only, and its fields.
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exit(1);
}
