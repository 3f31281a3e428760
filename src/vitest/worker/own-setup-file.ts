import { fileURLToPath } from 'node:url';

import { answerHere, type Rpc } from './rpc.js';

/** Loads {@link file://./../setup.ts} */
const url = new URL('../setup.js', import.meta.url).href;
const path = fileURLToPath(url);

/**
 * Answers what Vitest asks its server about the setup file of this package: it needs no transformation, and each
 * worker would wait for the server three times. Only for a worker that runs one file: Node evaluates a module once.
 */
export function withOwnSetupFile(rpc: Rpc): Rpc {
  return answerHere(rpc, {
    resolve: async (...args) =>
      args[0] === path ? { file: path, id: path, url: path } : rpc.resolve(...args),
    fetch: async (...args) => (args[0] === path ? { externalize: url, type: 'module' } : rpc.fetch(...args)),
  });
}
