import { requireEntered } from '../namespace/guard.js';
import { HostNamespace } from '../scope/host-namespace.js';
import { watchMadeMounts } from '../scope/made-mounts.js';
import { MountNamespace } from '../scope/mount-namespace.js';
import { Scope } from '../scope/scope.js';
import { scopeAroundTest } from '../scope/scopes.js';
import { withMountNamespace } from '../scope/with-mount-namespace.js';
import { Attempt, type AttemptContext } from './attempt.js';
import { noteFailure } from './failure-notes.js';

/** What `test` of `mountns/vitest` passes to a test besides Vitest's own context. */
export interface MountNamespaceFixtures {
  /** As the function that `mountns` exports. */
  withMountNamespace: typeof withMountNamespace;
  /** A scope that lasts as long as the test. */
  ns: MountNamespace;
  /** The namespace that the test run was started in, to look at. */
  host: HostNamespace;
}

/** What of Vitest's own context is used here. */
interface Context extends AttemptContext {
  task: {
    name: string;
    result?: { state?: string; errors?: { message: string; stack?: string | undefined }[] | undefined };
  };
}

type Use<T> = (value: T) => Promise<void>;

// Vitest reads the names of the fixtures that one needs off its first parameter, so that must be a pattern.
export const fixtures = {
  // biome-ignore lint/correctness/noEmptyPattern: see above
  withMountNamespace: async ({}, use: Use<typeof withMountNamespace>) => {
    await use(withMountNamespace);
  },
  ns: async ({ task, signal }: Context, use: Use<MountNamespace>) => {
    requireEntered();
    const attempt = new Attempt({ task, signal });
    // Scopes of tests that run concurrently queue, so this one never lies in another test's.
    const scope = await Scope.open(scopeAroundTest(), { isHandle: true, isFixture: true });
    // It has timed out in the queue.
    if (attempt.hasTimedOut()) {
      await scope.close();
      throw signal.reason;
    }
    scope.tests.add(attempt);
    try {
      await use(new MountNamespace(scope));
    } finally {
      const recallMounts = task.result?.state === 'fail' ? watchMadeMounts(scope) : undefined;
      try {
        await scope.close();
      } finally {
        noteFailure(task.result?.errors, recallMounts?.());
      }
    }
  },
  // biome-ignore lint/correctness/noEmptyPattern: see above
  host: async ({}, use: Use<HostNamespace>) => {
    await use(new HostNamespace(requireEntered().host));
  },
};
