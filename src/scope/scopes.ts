import { AsyncLocalStorage } from 'node:async_hooks';
import { processWide } from '../../native/process-wide.cjs';
import type { Layer } from '../copy-on-write/layer.js';
import type { NamespaceError } from '../errors/namespace-error.cjs';
import type { Pins } from '../layers/pins.js';
import type { Scope } from './scope.js';
import type { EnteredTree } from './tree.js';
import { Turns } from './turns.js';

/** A run of a test, where the runner lets us know. */
export interface TestRun {
  /** For messages. */
  readonly name: string;
  /** Whether its code goes on though it has ended. */
  readonly hasTimedOut: () => boolean;
}

/** What this process knows of its scopes, shared by every copy of this package in it. */
interface Scopes {
  /** The scope whose `fn` the running code belongs to. */
  readonly storage: AsyncLocalStorage<Scope>;
  /** Of tests that run at the same time, the one that the running code belongs to. */
  readonly tests: AsyncLocalStorage<TestRun>;
  /** The test that runs alone. */
  test: TestRun | undefined;
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
  tests: new AsyncLocalStorage<TestRun>(),
  test: undefined,
  turns: new Turns(),
  open: [],
  quarantine: undefined,
  refusal: undefined,
}));

/**
 * The scope that a new one would lie in: the inner-most that is held as a handle (a fixture's, say, whose test runs in no
 * `fn`) and lies in the scope whose `fn` asks; else that one, else none.
 */
export function enclosingScope(isMeant: (scope: Scope) => boolean = () => true): Scope | undefined {
  const own = scopes.storage.getStore();
  if (!own?.isOpen) return findHandle(isMeant);
  return findHandle((scope) => isMeant(scope) && scope.liesIn(own)) ?? own;
}

/** The scope that all of a test lies in: one that its hooks, or those around it, hold. */
export function scopeAroundTest(): Scope | undefined {
  return enclosingScope((scope) => !scope.isFixture);
}

/** The layers that the tree in place is made of. */
export function layersInPlace(): Layer[] {
  const { quarantine, open } = scopes;
  return [...(quarantine?.copyOnWrite?.layers ?? []), ...open.flatMap(({ layers }) => layers)];
}

/** What must not be taken away in the tree in place, be it a copy that an operation has just made; if there is anything. */
export function pinsInPlace(): Pins | undefined {
  const pins = (scopes.open.at(-1)?.tree ?? scopes.quarantine)?.pins;
  return pins?.isEmpty ? undefined : pins;
}

/**
 * Ends what fixtures still hold when no test runs: Vitest 4 ends none behind one that throws at its end. Not as soon as
 * its test has ended, since fixtures on top of it may end after its last hook.
 */
export async function endFixtures(): Promise<void> {
  for (const scope of scopes.open.filter(({ isFixture }) => isFixture)) await scope.close();
}

/** The one that the running code belongs to. */
export function currentTest(): TestRun | undefined {
  return scopes.tests.getStore() ?? scopes.test;
}

/** The inner-most open handle that no other test holds. */
function findHandle(isMeant: (scope: Scope) => boolean): Scope | undefined {
  const test = currentTest();
  const isForeign = (scope: Scope) => test !== undefined && scope.test !== undefined && scope.test !== test;
  return scopes.open.findLast((scope) => scope.isHandle && !isForeign(scope) && isMeant(scope));
}
