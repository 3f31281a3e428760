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

/** Repeats what Vitest's server has said about that file: those that share a worker each run it, and each would ask. */
export class SetupFileAnswers {
  readonly #resolved = new Map<string, Awaited<ReturnType<Rpc['resolve']>>>();
  readonly #fetched = new Map<string, Awaited<ReturnType<Rpc['fetch']>>>();

  repeatTo(rpc: Rpc): Rpc {
    return answerHere(rpc, {
      resolve: async (...args) => {
        const [id, , environment] = args;
        if (id !== path) return rpc.resolve(...args);
        const answer = this.#resolved.get(environment) ?? (await rpc.resolve(...args));
        this.#resolved.set(environment, answer);
        return answer;
      },
      fetch: async (...args) => {
        const [id, , environment] = args;
        if (id !== this.#resolved.get(environment)?.url) return rpc.fetch(...args);
        const answer = this.#fetched.get(environment) ?? (await rpc.fetch(...args));
        // Else it says that the worker has the code.
        if (!('cache' in answer)) this.#fetched.set(environment, answer);
        // Vitest adds to it.
        return { ...answer };
      },
    });
  }
}
