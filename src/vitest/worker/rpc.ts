import type { runBaseTests } from 'vitest/worker';

/** What Vitest's worker calls in the main process. */
export type Rpc = Parameters<typeof runBaseTests>[1]['rpc'];

type Answers = { [Name in keyof Rpc]?: (...args: Parameters<Rpc[Name]>) => ReturnType<Rpc[Name]> };

/** The same calls, but for those that `answers` has. */
export function answerHere(rpc: Rpc, answers: Answers): Rpc {
  return new Proxy(rpc, {
    get: (target, name) => answers[name as keyof Rpc] ?? target[name as keyof Rpc],
  });
}
