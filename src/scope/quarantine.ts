import { closeSync } from 'node:fs';

import { enterRoot, fchdir, openDirectory } from '../../native/directories.cjs';
import type { Scope } from './scope.js';
import { scopes } from './scopes.js';
import { EnteredTree } from './tree.js';

/**
 * Moves this process from the scope into a copy-on-write copy of the tree around it, stacked on top: code that goes on
 * after its scope has ended finds the files that it would have found, and can't change them.
 */
export function enterQuarantine({ tree, outer }: Scope): void {
  const root = openDirectory('/');
  const cwd = openDirectory('.');
  try {
    tree.stepOut();
    scopes.quarantine = new EnteredTree({ isOutermost: false, copyOnWrite: true, outer });
  } catch (error) {
    enterRoot(root);
    fchdir(cwd);
    throw error;
  } finally {
    for (const fd of [root, cwd]) closeSync(fd);
  }
}
