/** Gives the matchers to `expect` of Vitest. */
import type { AsymmetricMountMatchers, MountMatchers } from '../../matchers/mount-matchers.js';

// Vitest adds matchers to chai's assertions, and takes their types from there too, in 4 and 5. Its own interface
// Matchers has other type parameters in each: declared for one, it fails on the other, silently with skipLibCheck.
declare global {
  namespace Chai {
    interface Assertion extends MountMatchers {}
  }
}

declare module 'vitest' {
  interface AsymmetricMatchersContaining extends AsymmetricMountMatchers {}
}
