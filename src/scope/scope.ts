import { closeSync } from 'node:fs';
// Not the global ones, which tests replace.
import { clearTimeout, setTimeout } from 'node:timers';
import { hasChildren } from '../../native/processes.cjs';
import type { SystemCallError } from '../../native/system-call-error.cjs';
import { probe } from '../../native/unless.cjs';
import type { Changes } from '../copy-on-write/changes.js';
import type { CopyOnWrite } from '../copy-on-write/copy-on-write-tree.js';
import type { Layer } from '../copy-on-write/layer.js';
import { messageOf } from '../errors/message-of.cjs';
import { type NamespaceError, scopeError } from '../errors/namespace-error.cjs';
import { provided, removeProvided } from '../files/provided.js';
import { watched } from '../leaks/leak-watch.js';
import { requireOwnNamespace } from '../namespace/guard.js';
import type { EnteredNamespace } from '../namespace/namespace-record.cjs';
import { findMountNamespaceObstacle, type Obstacle } from '../obstacles/obstacles.cjs';
import { abandonScope } from './abandon.js';
import { defaultCopyOnWrite } from './default-copy-on-write.js';
import { attemptEntry, explainEntry } from './explain-entry.js';
import { drainFileOperations } from './file-operations.js';
import { bypassMockFs, isFsMocked } from './mocked-fs.js';
import { enterQuarantine } from './quarantine.js';
import { currentTest, layersInPlace, pinsInPlace, scopes, type TestRun } from './scopes.js';
import { freeDescriptors, keepDescriptors } from './spare-descriptors.js';
import { EnteredTree } from './tree.js';
import { awaitTreeProcesses, endTreeProcesses } from './tree-processes.js';
import { Turns } from './turns.js';

/** How a scope is opened. */
export interface OpenOptions {
  /** Whether it is held by code that it does not call. */
  isHandle: boolean;
  /** Whether a fixture holds it, which knows when its test has ended. */
  isFixture?: boolean;
  /** The default of this process when left out. */
  copyOnWrite?: CopyOnWrite | false | undefined;
}

/** One open `withMountNamespace`: a copy of the mount tree, from {@link Scope.open} until {@link Scope.close}. */
export class Scope {
  /** Turns of the scopes that lie in this one. */
  readonly turns = new Turns();
  readonly isHandle: boolean;
  readonly isFixture: boolean;
  /** The test that it was opened in, if that is known. */
  readonly test = currentTest();
  /** The tests whose code it may be closed before. */
  readonly tests = new Set<TestRun>();
  /** The layers of what it lies in. */
  readonly outer = layersInPlace();
  /** The namespace that it lies in. */
  readonly entered: EnteredNamespace;
  /** The scope that this one lies in. */
  readonly parent: Scope | undefined;
  readonly #endTurn: () => void;
  /** Descriptors that stay open until it has been left. */
  readonly kept: number[] = [];
  /** The tree that it has put in place. */
  readonly tree: EnteredTree;
  /** The quarantine that it was opened in. */
  readonly #quarantine = scopes.quarantine;
  /** How many mount points were made before. */
  readonly #provided = provided.length;
  #closing: Promise<void> | undefined;

  private constructor(
    parent: Scope | undefined,
    { isHandle, isFixture = false, copyOnWrite }: OpenOptions,
    endTurn: () => void,
  ) {
    this.entered = requireOwnNamespace();
    this.#requireFs();
    this.parent = parent;
    this.isHandle = isHandle;
    this.isFixture = isFixture;
    this.#endTurn = endTurn;
    if (isHandle && !isFixture && this.test !== undefined) this.tests.add(this.test);
    this.tree = new EnteredTree({
      isOutermost: scopes.open.length === 0 && scopes.quarantine === undefined,
      copyOnWrite: copyOnWrite ?? defaultCopyOnWrite(),
      outer: this.outer,
      outerPins: pinsInPlace(),
    });
    try {
      watched.file?.onScopeEntered();
    } catch (error) {
      this.tree.leave();
      throw error;
    }
    keepDescriptors(this.entered);
    scopes.open.push(this);
  }

  /** Waits until no other scope with the same parent is open, then enters. */
  static async open(parent: Scope | undefined, options: OpenOptions): Promise<Scope> {
    const endTurn = await (parent ?? scopes).turns.take();
    try {
      await drainFileOperations('begin');
      if (scopes.refusal !== undefined) throw scopes.refusal;
      if (parent !== undefined && !parent.isOpen)
        throw closedError('the scope that this one lies in has ended');
      return attemptEntry(() => new Scope(parent, options, endTurn));
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  /** What stands in for the copy-on-write parts of the tree. */
  get layers(): readonly Layer[] {
    return this.tree.copyOnWrite?.layers ?? [];
  }

  /**
   * What was changed since the scope was entered.
   *
   * @throws {NamespaceError} when it is not copy-on-write.
   */
  changes(): Changes {
    const { copyOnWrite } = this.tree;
    if (copyOnWrite !== undefined) return copyOnWrite.changes();
    throw scopeError({
      summary: 'cannot tell what this scope changed: only a copy-on-write scope keeps its changes apart',
      fix: 'withMountNamespace({ copyOnWrite: true }, fn)',
    });
  }

  get isOpen(): boolean {
    return scopes.open.includes(this);
  }

  /** Whether it was opened in `scope`, or in one that lies there. */
  liesIn(scope: Scope): boolean {
    return this.parent === scope || (this.parent?.liesIn(scope) ?? false);
  }

  /** Throws unless this is the inner-most open scope: operations act on the tree that is in place. */
  requireCurrent(): void {
    this.#requireFs();
    if (!this.isOpen) throw closedError('this mount namespace has ended');
    if (scopes.open.at(-1) !== this) {
      throw closedError(
        'a scope inside this one is open',
        'use the namespace that the inner withMountNamespace(fn) passes to fn',
      );
    }
  }

  #requireFs(): void {
    if (isFsMocked(this.entered.procFd))
      throw closedError(
        'mock-fs, or the like, has replaced the fs of this process',
        'call mock.restore() first',
      );
  }

  /**
   * Waits for the scopes inside and for file operations under way, then leaves; or gives it up, where code of a test is
   * still in it. Twice is harmless.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error) => {
      throw explainEntry(error, 'leaving a scope');
    });
    return this.#closing;
  }

  async #close(): Promise<void> {
    const late = [...this.tests].find((test) => test.hasTimedOut());
    // Else a scope inside was given up for it.
    if (late !== undefined && scopes.quarantine === this.#quarantine) return this.giveUp(late.name);
    let isQuiet = false;
    try {
      try {
        if (this.turns.open > 0) await this.#awaitInner();
        if (hasChildren()) {
          freeDescriptors();
          await awaitTreeProcesses(this.tree);
        }
      } finally {
        await drainFileOperations();
        isQuiet = true;
      }
    } finally {
      // It may have been abandoned meanwhile.
      if (this.isOpen) {
        bypassMockFs(this.entered.procFd, () => {
          try {
            this.#leave(isQuiet);
          } finally {
            for (const fd of this.kept) closeSync(fd);
            keepDescriptors(this.entered);
            this.#end();
          }
        });
      }
    }
  }

  #end(): void {
    scopes.open.splice(scopes.open.indexOf(this), 1);
    this.#endTurn();
  }

  /**
   * Waits for the scopes inside. A handle that is still held then would never end by itself, so it is closed; that of a
   * fixture at once: who closes the scope around it, a hook say, closes it when the test is over.
   *
   * @throws {NamespaceError} when there was one.
   */
  async #awaitInner(): Promise<void> {
    let held = 0;
    while (this.turns.open > 0) {
      const inner = () => scopes.open.find((scope) => scope.parent === this && scope.isHandle);
      if (!inner()?.isFixture) await this.#idleOrPatience();
      const handle = inner();
      if (handle === undefined) continue;
      if (!handle.isFixture) held += 1;
      await handle.close();
    }
    if (held > 0) throw heldError();
  }

  async #idleOrPatience(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE);
    });
    await Promise.race([this.turns.idle(), patience]);
    clearTimeout(timer);
  }

  /** @param isQuiet whether no file operation is under way */
  #leave(isQuiet: boolean): void {
    // The process has to stay in a scope that lies in this one.
    if (scopes.refusal !== undefined) throw scopes.refusal;
    let canBeKept = false;
    try {
      canBeKept = this.tree.canBeKept();
      if (!canBeKept) {
        freeDescriptors();
        endTreeProcesses(this.tree, 'a scope');
        watched.file?.onScopeLeaving();
      }
    } finally {
      // Left, it would let what is under way reach the host, or code of a scope inside that was abandoned.
      const isDangerous = !isQuiet || scopes.quarantine !== this.#quarantine;
      this.#goBack(
        isDangerous
          ? () => enterQuarantine(this)
          : () => {
              this.tree.leave(canBeKept);
              removeProvided(this.#provided);
            },
      );
    }
  }

  /** No scope can be opened on top of one that could not be left. */
  #goBack(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (this.tree.isLeft()) throw error;
      scopes.refusal = scopeError({
        summary: 'no more scopes are opened in this process: it could not leave the last one',
        why: [messageOf(error), probe(() => findObstacle(error))?.why].filter(Boolean).join('\n'),
        cause: error,
      });
      throw scopes.refusal;
    }
  }

  /** Ends this scope and those in it though its code still runs: {@link abandonScope}. */
  giveUp(whose: string): Promise<void> {
    return abandonScope(this, whose);
  }

  /** Gives up a scope whose code goes on: it is not left, since its code would then reach the host. */
  abandon(): void {
    this.#closing = Promise.resolve();
    this.#end();
  }
}

const PATIENCE = 2_000;

function heldError(): NamespaceError {
  return scopeError({
    summary: 'a scope ended while a handle of a scope inside it was still held',
    why: `an enterMountNamespace() in it was not disposed of within ${PATIENCE / 1000} s, so it was closed`,
    fix: 'await using ns = await enterMountNamespace()',
  });
}

/** What is in the way of the first step that has failed. */
function findObstacle(error: unknown): Obstacle | undefined {
  const [first = error] = error instanceof AggregateError ? error.errors : [];
  const { code, syscall } = first as SystemCallError;
  return findMountNamespaceObstacle(code, syscall);
}

function closedError(why: string, fix?: string): NamespaceError {
  return scopeError({ summary: `cannot use this mount namespace: ${why}`, fix });
}
