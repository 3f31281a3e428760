import { LeakCheck } from '../../leaks/leak-check.js';
import type { FileTrees } from '../../scope/file-trees.js';
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
    const errors: Error[] = check?.end() ?? [];
    if (isIsolated) return errors;
    const left = await trees?.next();
    return left === undefined ? errors : [...errors, left];
  };
}

let trees: FileTrees | undefined;

/** Loaded where it is used: all that belongs to scopes comes with it. */
async function makeFileTrees(): Promise<FileTrees> {
  const scopes = await import('../../worker-modules.js');
  return new scopes.FileTrees();
}
