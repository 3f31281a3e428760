import nodeModule = require('node:module');

/** Node has them since 22.10; without them everything is compiled anew. */
const { flushCompileCache, getCompileCacheDir } = nodeModule as {
  flushCompileCache?: () => void;
  getCompileCacheDir?: () => string | undefined;
};

/**
 * Writes what V8 has compiled, if there is a place for it. Node would do so when it exits, and workers are ended by a
 * signal.
 *
 * @see https://nodejs.org/api/module.html#module-compile-cache
 */
export function keepCompiled(): void {
  if (getCompileCacheDir?.() !== undefined) flushCompileCache?.();
}
