import { answerHere, type Rpc } from './rpc.js';

type Packs = Parameters<Rpc['onTaskUpdate']>[0];
type Result = Packs[number][1];

/**
 * Has the last word about a test file: when Vitest is about to report it as done, after all of its hooks, `check`
 * is asked, and what it returns are errors of the file.
 */
export function withLastWord(rpc: Rpc, check: () => Promise<Error[]>): Rpc {
  let fileId: string | undefined;
  let errors: Error[] = [];
  return answerHere(rpc, {
    onCollected: (files) => {
      fileId = files[0]?.id;
      return rpc.onCollected(files);
    },
    onTaskUpdate: async (packs, events) => {
      // Vitest uses the array again, as soon as this function has returned.
      const kept = [...events];
      if (kept.some(([id, event]) => id === fileId && DONE.has(event))) errors = await check();
      return rpc.onTaskUpdate(addErrors(packs, fileId, errors), kept);
    },
  });
}

function addErrors(packs: Packs, fileId: string | undefined, errors: readonly Error[]): Packs {
  if (errors.length === 0) return packs;
  return packs.map((pack) => {
    const [id, result, ...rest] = pack;
    if (id !== fileId) return pack;
    const all = [...(result?.errors ?? []), ...errors.map(serialize)];
    return [id, { ...result, state: 'fail', errors: all } as Result, ...rest] as typeof pack;
  });
}

function serialize({ name, message, stack }: Error) {
  return { name, message, stack: stack ?? message };
}

const DONE: ReadonlySet<string> = new Set(['suite-finished', 'suite-failed-early']);
