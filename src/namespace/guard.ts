import { inodeOf } from '../../native/statx.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { NAMESPACE_MARK } from './environment.cjs';
import { type EnteredNamespace, namespaceRecord } from './namespace-record.cjs';

/**
 * What this process entered. Compares the namespace that it is in now with the host's, which is held open, so
 * nothing that mounts can run on the host whatever the configuration.
 *
 * @throws {NamespaceError} when no namespace was entered, or this thread is no longer in it.
 */
export function requireEntered(): EnteredNamespace {
  const entered = enteredNamespace();
  const outside = outsideError();
  if (outside !== undefined) throw outside;
  return entered;
}

/**
 * What this process entered, for what only the process that entered may do: scopes of two processes in one namespace
 * would take each other's trees away, and their writes would land on the host. Whether this thread is still in it is
 * for {@link requireEntered} to tell.
 *
 * @throws {NamespaceError} when none was entered, or another process entered it.
 */
export function requireOwnNamespace(): EnteredNamespace {
  const entered = enteredNamespace();
  if (entered.inherited) throw notOwn();
  return entered;
}

/** The error for a thread that is not in the namespace that its process entered; undefined for all others. */
export function outsideError(): NamespaceError | undefined {
  const { entered } = namespaceRecord;
  if (entered === undefined) return undefined;
  const id = inodeOf('thread-self/ns/mnt', entered.procFd);
  return id !== entered.id ? notInside(entered.id, id) : undefined;
}

function enteredNamespace(): EnteredNamespace {
  const { entered, startsTestProcesses } = namespaceRecord;
  if (entered !== undefined) return entered;
  const mark = startsTestProcesses ? '' : process.env[NAMESPACE_MARK];
  if (!mark) throw notEntered();
  // Loaded here: that takes time, and nearly nobody needs it.
  if (!process.getBuiltinModule('node:worker_threads').isMainThread) throw notMainThread();
  throw Number(mark) === inodeOf('/proc/thread-self/ns/mnt') ? notOwn() : notEntered();
}

function notMainThread(): NamespaceError {
  return new NamespaceError({
    summary: 'cannot open a scope here: this is a worker_thread',
    fix: 'open it in the main thread: all threads of a process are in its scopes',
  });
}

function notEntered(): NamespaceError {
  const summary =
    'no mount namespace was entered: this process is on the host, and mountns mounts nothing there';
  if (namespaceRecord.startsTestProcesses) {
    return new NamespaceError({
      summary,
      why: 'node --test starts a process for each test file here, and those have the namespaces',
      fix: 'open scopes in test files, or let all tests run here: --test-isolation=none',
    });
  }
  return new NamespaceError({
    summary,
    why: `the preload mountns/register did not run in this process (pid ${process.pid})`,
    fix: [
      "Vitest: in vitest.config.ts, import { mountNamespaces } from 'mountns/vitest/config' and add plugins: [mountNamespaces()]",
      "Jest: in jest.config.js, set runner: 'mountns/jest/runner'",
      'others: node --require mountns/register …',
    ].join('\n'),
  });
}

function notOwn(): NamespaceError {
  return new NamespaceError({
    summary: 'cannot open a scope here: this process lives in the mount namespace of the one that started it',
    why: 'scopes of two processes in one namespace would take each other’s mounts away',
    fix: `start it with --require mountns/register, and ${NAMESPACE_MARK}='' in its environment: it gets a namespace of its own then`,
  });
}

function notInside(expected: number, found: number): NamespaceError {
  return new NamespaceError({
    summary:
      'this thread is not in the mount namespace that was entered, and mountns mounts nothing elsewhere',
    why: `mnt:[${expected}] was entered, this thread is in mnt:[${found}]`,
  });
}
