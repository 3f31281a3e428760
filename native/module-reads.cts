import fs = require('node:fs');
import nodeModule = require('node:module');

type ReadFile = typeof fs.promises.readFile;

/**
 * Until `deregister`, Node reads ES modules on its main thread, as it does wherever it has `module.registerHooks`. An
 * older one reads each with `fs.promises.readFile`, in several turns of the event loop and of the thread pool: that is a
 * tenth of what it takes to load Vitest.
 */
export function readModulesAtOnce(): { deregister: () => void } {
  const { readFile } = fs.promises;
  let isOver = false;
  const readAtOnce = (async (file: unknown, ...options: []) => {
    // As Node asks for a module.
    const isModule = !isOver && file instanceof URL && options.length === 0;
    return isModule ? fs.readFileSync(file) : readFile(file as URL, ...options);
  }) as unknown as ReadFile;
  fs.promises.readFile = readAtOnce;
  return {
    deregister: () => {
      isOver = true;
      fs.promises.readFile = readFile;
      // For what was imported from it in the meantime.
      nodeModule.syncBuiltinESMExports();
    },
  };
}
