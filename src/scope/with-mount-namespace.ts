import { inspect } from 'node:util';
import { messageOf } from '../errors/message-of.cjs';
import { noteInStack } from '../errors/stack-note.cjs';
import { watchMadeMounts } from './made-mounts.js';
import { MountNamespace } from './mount-namespace.js';
import { Scope } from './scope.js';
import { checkScopeOptions, type ScopeOptions } from './scope-options.js';
import { enclosingScope, scopes } from './scopes.js';

/**
 * Runs `fn` in a fresh copy of the worker's mount tree: every mount, unmount and move made inside is gone
 * afterwards, and no other namespace sees it.
 *
 * `fn` is an ordinary closure in the same process. Scopes nest; overlapping ones in one process queue.
 *
 * Files are those of the host, unless the scope is `copyOnWrite`: then what is written goes to memory, and is gone
 * afterwards as well.
 *
 * @returns what `fn` returns
 * @throws {NamespaceError} when this process entered no mount namespace, or the scope can't be entered or left.
 *   An error of `fn` is passed on, with the mounts that were made noted in its `stack`; when leaving fails too,
 *   both come in an AggregateError.
 * @see mount_namespaces(7)
 * @example
 * await withMountNamespace((ns) => {
 *   ns.tmpfs('/mnt/test_mount', { size: '1m' });
 *   expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
 * });
 */
export function withMountNamespace<T>(fn: (ns: MountNamespace) => T | Promise<T>): Promise<T>;
export function withMountNamespace<T>(
  options: ScopeOptions,
  fn: (ns: MountNamespace) => T | Promise<T>,
): Promise<T>;
export async function withMountNamespace<T>(
  ...args:
    | [fn: (ns: MountNamespace) => T | Promise<T>]
    | [options: ScopeOptions, fn: (ns: MountNamespace) => T | Promise<T>]
): Promise<T> {
  const [options, fn] = args.length === 1 ? [{}, args[0]] : args;
  checkFunction(fn, options);
  const { copyOnWrite } = checkScopeOptions(options);
  const scope = await Scope.open(enclosingScope(), { isHandle: false, copyOnWrite });
  const outcome = await settle(() => scopes.storage.run(scope, () => fn(new MountNamespace(scope))));
  const recallMounts = outcome.error && watchMadeMounts(scope);
  const left = await settle(() => scope.close());
  const note = recallMounts?.();
  if (note !== undefined) noteInStack(outcome.error?.value, note);
  if (outcome.error !== undefined && left.error !== undefined) {
    throw new AggregateError([outcome.error.value, left.error.value], messageOf(outcome.error.value));
  }
  const failed = outcome.error ?? left.error;
  if (failed !== undefined) throw failed.value;
  return outcome.value as T;
}

/**
 * Enters a scope that lasts until it is disposed of, for code that is no closure.
 *
 * Vitest and TypeScript compile `await using`, and Node knows it from version 24 on. Elsewhere end the scope with
 * `await ns[Symbol.asyncDispose]()`.
 *
 * @example
 * await using ns = await enterMountNamespace();
 * ns.tmpfs('/mnt/test_mount');
 */
export async function enterMountNamespace(options: ScopeOptions = {}): Promise<MountNamespace> {
  const { copyOnWrite } = checkScopeOptions(options);
  return new MountNamespace(await Scope.open(enclosingScope(), { isHandle: true, copyOnWrite }));
}

function checkFunction(fn: unknown, options: unknown): void {
  if (typeof fn !== 'function') {
    const isSwapped = typeof options === 'function';
    const fix = isSwapped ? ': the options come first' : '';
    throw new TypeError(`fn must be a function, received ${inspect(fn)}${fix}`);
  }
  const tag = Object.prototype.toString.call(fn);
  if (!tag.endsWith('GeneratorFunction]')) return;
  throw new TypeError(
    `fn must not be a generator function, received ${tag}: its code would run when the scope has ended`,
  );
}

type Outcome<T> = { value: T; error?: undefined } | { value?: undefined; error: { value: unknown } };

async function settle<T>(run: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await run() };
  } catch (value) {
    return { error: { value } };
  }
}
