import type { MountMatchers } from '../../matchers/types.js';

declare global {
  // Vitest 4 takes matchers from here.
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: as Vitest declares it
    interface Matchers<R, T = {}> extends MountMatchers<R> {}
  }
}
