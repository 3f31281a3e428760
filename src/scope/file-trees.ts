import { setImmediate } from 'node:timers';

import { type NamespaceError, scopeError } from '../errors/namespace-error.cjs';
import { readBelow } from '../files/read-below.js';
import { TableWatch } from '../mounts/table-watch.js';
import { requireEntered } from '../namespace/guard.js';
import { leftOpen } from './left-open.js';
import type { Scope } from './scope.js';
import { scopes } from './scopes.js';
import { EnteredTree } from './tree.js';
import { awaitTreeProcesses, endTreeProcesses } from './tree-processes.js';

/**
 * For processes that run several test files one after another: each file has a copy of the mount tree to
 * itself, so that nothing which it mounts outside of scopes reaches the next.
 */
export class FileTrees {
  readonly #watch = new TableWatch(requireEntered().procFd);
  #tree: EnteredTree = enterFileTree();
  /** The scopes that are there for more than the tests of a file. */
  #outer: readonly Scope[] = [];
  /** The scopes that are there for more than one test. */
  #around: readonly Scope[] = [];
  /** Who left scopes open. */
  #left: string[] = [];
  #isBroken = false;

  constructor() {
    this.#watch.begin();
  }

  /** Before the tests of a file: what is open then is held by what surrounds them. */
  startTests(): void {
    this.#outer = [...scopes.open];
  }

  /** After the tests of a file: gives up the scopes that they left open. */
  async endTests(): Promise<void> {
    const { turns } = this.#outer.at(-1) ?? scopes;
    while (!this.isSpent) {
      const own = scopes.open.find((scope) => !this.#outer.includes(scope));
      if (own !== undefined) await this.#giveUp(own, 'a test file');
      // Those that wait for a turn open when the ones before them have ended.
      else if (turns.open > 0) await new Promise(setImmediate);
      else return;
    }
  }

  /** Before the hooks of a test. */
  startTest(): void {
    this.#around = [...scopes.open];
  }

  /** After the hooks of a test: gives up the scopes that it left open. */
  async endTest(name: string): Promise<void> {
    const own = scopes.open.find((scope) => !this.#around.includes(scope));
    if (own !== undefined) await this.#giveUp(own, `test "${name}"`);
  }

  /** Errors for those of these files that are others where the next test file starts. */
  checkSnapshots(files: readonly string[]): NamespaceError[] {
    const { root } = this.#tree;
    return files.filter((file) => readBelow(root, file) !== readBelow(root, file.slice(1))).map(lostIn);
  }

  /**
   * Ends a file: gives up the scopes that it left open, ends the processes that it left running, and puts a
   * fresh copy in place of its tree, if that is possible. A tree in which nothing was mounted, unmounted or remounted is
   * as good as a fresh one.
   *
   * @returns what is wrong with the file, if anything
   */
  async next(): Promise<NamespaceError | undefined> {
    this.#outer = [];
    // With what they close over, the realm of the file.
    this.#around = [];
    await this.endTests();
    if (!this.isSpent) await this.#renew();
    const left = this.#left;
    this.#left = [];
    return left.length === 0 ? undefined : scopeError(leftOpen(left.join(', ')));
  }

  /** Whether code of a file may still run here: the process must run no other. */
  get isSpent(): boolean {
    return this.#isBroken || scopes.quarantine !== undefined || scopes.refusal !== undefined;
  }

  async #renew(): Promise<void> {
    this.#isBroken = true;
    await awaitTreeProcesses(this.#tree);
    try {
      endTreeProcesses(this.#tree, 'a test file');
    } finally {
      if (!this.#reset()) {
        this.#tree.leave();
        this.#tree = enterFileTree();
      }
    }
    this.#watch.begin();
    this.#isBroken = false;
  }

  /** Returns whether the tree is as good as a fresh one. */
  #reset(): boolean {
    if (!this.#watch.isUntouched()) return false;
    try {
      this.#tree.reset();
      return true;
    } catch {
      // The working directory is gone, say.
      return false;
    }
  }

  async #giveUp(outermost: Scope, whose: string): Promise<void> {
    this.#left.push(whose);
    await outermost.giveUp(whose);
  }
}

function enterFileTree(): EnteredTree {
  return new EnteredTree({ isOutermost: false, copyOnWrite: false, outer: [] });
}

function lostIn(file: string): NamespaceError {
  const summary = `the snapshots in ${file} are lost: that file is another on the disk`;
  return scopeError(
    scopes.quarantine === undefined
      ? {
          summary,
          why: 'Jest writes them before the teardown() of the environment, in its scope or on its mounts',
          fix: 'enter the scope in beforeAll() and leave it in afterAll()',
        }
      : { summary, why: 'a test has left a scope open, and this process writes to memory only since then' },
  );
}
