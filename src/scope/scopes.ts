import { AsyncLocalStorage } from 'node:async_hooks';
import { processWide } from '../../native/process-wide.cjs';
import type { NamespaceError } from '../errors/namespace-error.cjs';
import type { Scope } from './scope.js';
import type { EnteredTree } from './tree.js';
import { Turns } from './turns.js';

/** What this process knows of its scopes, shared by every copy of this package in it. */
interface Scopes {
  /** The scope whose `fn` the running code belongs to. */
  readonly storage: AsyncLocalStorage<Scope>;
  /** Turns of the scopes that lie in no other. */
  readonly turns: Turns;
  /** Open scopes, the inner-most last. */
  readonly open: Scope[];
  /** The tree that this process is in since a test ended while code of its scope still ran. */
  quarantine: EnteredTree | undefined;
  /** Why no more scopes can be opened. */
  refusal: NamespaceError | undefined;
}

export const scopes = processWide<Scopes>('scopes', () => ({
  storage: new AsyncLocalStorage<Scope>(),
  turns: new Turns(),
  open: [],
  quarantine: undefined,
  refusal: undefined,
}));

/**
 * The scope that a new one would lie in: the one whose `fn` asks, else the inner-most that is held as a handle
 * (a fixture's, say, whose test runs in no `fn`), else none.
 */
export function enclosingScope(): Scope | undefined {
  const own = scopes.storage.getStore();
  if (own?.isOpen) return own;
  return scopes.open.findLast((scope) => scope.isHandle);
}
