/** Gives the matchers to `expect` of Jest. */
import type {} from 'expect';

import type { AsymmetricMountMatchers, MountMatchers } from '../../matchers/mount-matchers.js' with {
  'resolution-mode': 'import',
};

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends MountMatchers<R> {}
  interface AsymmetricMatchers extends AsymmetricMountMatchers {}
}

declare global {
  // Those who use @types/jest take matchers from here.
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: as @types/jest declares it
    interface Matchers<R, T = {}> extends MountMatchers<R> {}
    interface Expect extends AsymmetricMountMatchers {}
    interface InverseAsymmetricMatchers extends AsymmetricMountMatchers {}
  }
}
