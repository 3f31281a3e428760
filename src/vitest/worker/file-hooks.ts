import { type NamespaceError, scopeError } from '../../errors/namespace-error.cjs';
import { LeakCheck } from '../../leaks/leak-check.js';
import type { FileTrees } from '../../scope/file-trees.js';
import { leftOpen } from '../../scope/left-open.js';
import { endFixtures, scopes } from '../../scope/scopes.js';
import type { ResolvedOptions } from '../options.js';

/** A test file that this worker is about to run. */
export interface FileContext {
  /** Whether the worker ends with this file. */
  isIsolated: boolean;
  leaks: ResolvedOptions['leaks'];
}

/**
 * Before Vitest loads a test file and its setup files.
 *
 * @returns what is to be called after the last hook of the file; it tells what is wrong with the file besides
 */
export async function beforeFile({ isIsolated, leaks }: FileContext): Promise<() => Promise<Error[]>> {
  // Files that share a process each start from the pristine mount tree.
  if (!isIsolated) trees ??= await makeFileTrees();
  const check = LeakCheck.begin(leaks);
  return async () => {
    const errors: Error[] = [];
    await endFixtures().catch((error) => errors.push(error));
    errors.push(...(check?.end() ?? []));
    const left = isIsolated ? findOpen() : await trees?.next();
    return left === undefined ? errors : [...errors, left];
  };
}

/** Its worker ends: nobody has to give up what is open. */
function findOpen(): NamespaceError | undefined {
  return scopes.turns.open > 0 ? scopeError(leftOpen('a test file')) : undefined;
}

let trees: FileTrees | undefined;

/** Loaded where it is used: all that belongs to scopes comes with it. */
async function makeFileTrees(): Promise<FileTrees> {
  const modules = await import('../../worker-modules.js');
  return new modules.FileTrees();
}
