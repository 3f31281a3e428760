import { expect } from 'vitest';

import type { MountMatchers } from '../../../matchers/mount-matchers.js';

/**
 * Registers matchers that say where the real ones come from: a spec that imports its `expect` from Vitest would be
 * told that there is no such property. `mountns/vitest` puts the real ones in their place.
 */
export function registerMissingMatchers(): void {
  // Files that share a worker share what was registered.
  if (Reflect.has(expect, 'toBeMountPoint')) return;
  expect.extend(Object.fromEntries(NAMES.map((name) => [name, () => refuse(name)])));
}

function refuse(name: string): never {
  throw new TypeError(
    `${name}() is a matcher of mountns, which are not loaded: import { expect, test } from 'mountns/vitest', or import 'mountns/vitest' in one of setupFiles`,
  );
}

const NAMES = Object.keys({
  toBeIsolatedFromHost: true,
  toBeMountPoint: true,
  toBeReadOnly: true,
  toHaveMount: true,
  toHaveMountOptions: true,
  toHavePropagation: true,
  toLeaveMountsUnchanged: true,
  toShareMountNamespaceWith: true,
} satisfies Record<keyof MountMatchers, true>);
