import { fileURLToPath } from 'node:url';

import { answerHere, type Rpc } from './rpc.js';

/** Loads {@link file://./../setup.ts} */
const url = new URL('../setup.js', import.meta.url).href;
const path = fileURLToPath(url);

type Resolved = Awaited<ReturnType<Rpc['resolve']>>;
type Fetched = Awaited<ReturnType<Rpc['fetch']>>;

/** Answers what Vitest asks its server about the setup file of this package: each test file would wait for that. */
export class OwnSetupFile {
  readonly #findsVitest: boolean;
  /** What the server has said, in an environment of Vite. */
  readonly #resolved = new Map<string, Resolved>();
  readonly #fetched = new Map<string, Fetched>();

  /** @param findsVitest whether Node finds the Vitest that runs */
  constructor(findsVitest: boolean) {
    this.#findsVitest = findsVitest;
  }

  answerTo(rpc: Rpc, { isIsolated }: { isIsolated: boolean }): Rpc {
    if (!isIsolated) return this.#repeatTo(rpc);
    return this.#findsVitest ? loadWithNode(rpc) : rpc;
  }

  /** Files that share a worker each run it: they get what the server has said to the first one. */
  #repeatTo(rpc: Rpc): Rpc {
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

/** It needs no transformation. Only for a worker that runs one file: Node evaluates a module once. */
function loadWithNode(rpc: Rpc): Rpc {
  return answerHere(rpc, {
    resolve: async (...args) =>
      args[0] === path ? { file: path, id: path, url: path } : rpc.resolve(...args),
    fetch: async (...args) => (args[0] === path ? { externalize: url, type: 'module' } : rpc.fetch(...args)),
  });
}
