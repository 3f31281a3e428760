import { setImmediate } from 'node:timers';

import { NamespaceError } from '../errors/namespace-error.cjs';
import type { Scope } from './scope.js';
import { scopes } from './scopes.js';
import { type EnteredTree, enterTree } from './tree.js';
import { awaitTreeProcesses, endTreeProcesses } from './tree-processes.js';

/**
 * For processes that run several test files one after another: each file has a copy of the mount tree to
 * itself, so that nothing which it mounts outside of scopes reaches the next.
 */
export class FileTrees {
  #tree: EnteredTree = enterFileTree();

  /**
   * Ends a file: closes the scopes that it left open, and puts a fresh copy in place of its tree.
   *
   * @returns what is wrong with the file, if anything
   */
  async next(): Promise<NamespaceError | undefined> {
    const { count, errors } = await closeOpenScopes();
    await awaitTreeProcesses(this.#tree);
    try {
      endTreeProcesses(this.#tree, 'a test file');
    } finally {
      this.#tree.leave();
      this.#tree = enterFileTree();
    }
    if (count === 0) return undefined;
    return new NamespaceError(
      {
        summary: `the test file ended with ${count === 1 ? 'a scope' : `${count} scopes`} still open`,
        why: [
          'a withMountNamespace() was not awaited or had not finished, or an enterMountNamespace() was not disposed of',
          ...errors.map((error) => (error instanceof Error ? error.message : String(error))),
        ].join('\n'),
        fix: 'await withMountNamespace(…); await using ns = await enterMountNamespace()',
      },
      'ERR_MOUNTNS_SCOPE',
    );
  }
}

function enterFileTree(): EnteredTree {
  return enterTree({ isOutermost: false, copyOnWrite: false, outer: [] });
}

async function closeOpenScopes(): Promise<{ count: number; errors: unknown[] }> {
  const closed = new Set<Scope>();
  const errors: unknown[] = [];
  // Those that wait for a turn open when the ones before them are closed.
  while (scopes.open.length > 0 || scopes.turns.open > 0) {
    for (const scope of scopes.open.toReversed()) {
      if (closed.has(scope)) continue;
      closed.add(scope);
      scope.close().catch((error: unknown) => errors.push(error));
    }
    await new Promise(setImmediate);
  }
  return { count: closed.size, errors };
}
