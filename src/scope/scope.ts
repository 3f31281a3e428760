import { NamespaceError } from '../errors/namespace-error.cjs';
import { drainFileOperations } from './file-operations.js';
import { scopes } from './scopes.js';
import { type EnteredTree, enterTree } from './tree.js';
import { Turns } from './turns.js';

/** One open `withMountNamespace`: a copy of the mount tree, from {@link Scope.open} until {@link Scope.close}. */
export class Scope {
  /** Turns of the scopes that lie in this one. */
  readonly turns = new Turns();
  readonly isHandle: boolean;
  readonly #parent: Scope | undefined;
  readonly #endTurn: () => void;
  readonly #tree: EnteredTree;
  #closing: Promise<void> | undefined;

  private constructor(parent: Scope | undefined, isHandle: boolean, endTurn: () => void) {
    this.#parent = parent;
    this.isHandle = isHandle;
    this.#endTurn = endTurn;
    this.#tree = enterTree({ isOutermost: scopes.open.length === 0 });
    scopes.open.push(this);
  }

  /** Waits until no other scope with the same parent is open, then enters. */
  static async open(parent: Scope | undefined, { isHandle }: { isHandle: boolean }): Promise<Scope> {
    const endTurn = await (parent ?? scopes).turns.take();
    try {
      if (parent !== undefined && !parent.isOpen)
        throw closedError('the scope that this one lies in has ended');
      return new Scope(parent, isHandle, endTurn);
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  get isOpen(): boolean {
    return scopes.open.includes(this);
  }

  /** Throws unless this is the inner-most open scope: operations act on the tree that is in place. */
  requireCurrent(): void {
    if (!this.isOpen) throw closedError('this mount namespace has ended');
    if (scopes.open.at(-1) !== this) {
      throw closedError(
        'a scope inside this one is open',
        'use the namespace that the inner withMountNamespace(fn) passes to fn',
      );
    }
  }

  /** Waits for the scopes inside and for file operations under way, then leaves. Twice is harmless. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    while (this.turns.open > 0) await this.turns.idle();
    try {
      await drainFileOperations();
    } finally {
      try {
        this.#tree.leave();
      } finally {
        scopes.open.splice(scopes.open.indexOf(this), 1);
        this.#endTurn();
      }
    }
  }

  /** The scope that this one lies in. */
  get parent(): Scope | undefined {
    return this.#parent;
  }
}

function closedError(why: string, fix?: string): NamespaceError {
  return new NamespaceError({ summary: `cannot use this mount namespace: ${why}`, fix }, 'ERR_MOUNTNS_SCOPE');
}
