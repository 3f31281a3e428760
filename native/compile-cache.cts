import nodeModule = require('node:module');

/** Node has them since 22.10; without them everything is compiled anew. */
const { enableCompileCache, flushCompileCache } = nodeModule as {
  enableCompileCache?: (directory: string) => unknown;
  flushCompileCache?: () => void;
};

let isEnabled = false;

/**
 * Makes Node take from `directory` what V8 has compiled before. Node compares the source, the version and the flags,
 * so what is old is not used; where the directory can't be used, nothing is.
 *
 * @see https://nodejs.org/api/module.html#module-compile-cache
 */
export function openCompileCache(directory: string): void {
  if (enableCompileCache === undefined || flushCompileCache === undefined) return;
  enableCompileCache(directory);
  isEnabled = true;
}

/** Writes what is new. Node would do so when it exits, and workers are ended by a signal. */
export function keepCompiled(): void {
  if (isEnabled) flushCompileCache?.();
}
