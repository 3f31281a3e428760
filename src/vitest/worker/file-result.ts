import { answerHere, type Rpc } from './rpc.js';

type Packs = Parameters<Rpc['onTaskUpdate']>[0];
type Result = Packs[number][1];
type File = Parameters<Rpc['onCollected']>[0][number];

/**
 * Has the last word about a test file: when Vitest is about to report it as done, after all of its hooks, `check`
 * is asked, and what it returns are errors of the file.
 */
export function withLastWord(rpc: Rpc, check: () => Promise<Error[]>): Rpc {
  let file: File | undefined;
  let errors: Error[] = [];
  return answerHere(rpc, {
    onCollected: (files) => {
      [file] = files;
      return rpc.onCollected(files);
    },
    onTaskUpdate: async (packs, events) => {
      // Vitest uses the array again, as soon as this function has returned.
      const kept = [...events];
      if (kept.some(([id, event]) => id === file?.id && DONE.has(event))) errors = await check();
      return rpc.onTaskUpdate(addErrors(packs, file, errors), kept);
    },
  });
}

function addErrors(packs: Packs, file: File | undefined, errors: readonly Error[]): Packs {
  if (errors.length === 0) return packs;
  return packs.map((pack) => {
    const [id, result, ...rest] = pack;
    if (id !== file?.id) return pack;
    const all = [...(result?.errors ?? []), ...errors.map((error) => serialize(error, file))];
    return [id, { ...result, state: 'fail', errors: all } as Result, ...rest] as typeof pack;
  });
}

/** Some reporters make nothing of an error without a frame in the project, and all of its own are of this package. */
function serialize({ name, message, stack = message }: Error, { filepath }: File) {
  return { name, message, stack: `${stack}\n    at ${filepath}:1:1` };
}

const DONE: ReadonlySet<string> = new Set(['suite-finished', 'suite-failed-early']);
