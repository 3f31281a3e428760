import { enterRoot, fchdir, openDirectory } from '../../native/directories.cjs';
import type { Target } from '../files/target.js';
import { attachTo } from './attach-to.js';
import type { Steps } from './steps.js';

/**
 * Mounts `layer`, a detached mount, on a directory; if that is `/`, it becomes the root of this process. The
 * working directory stays the one that it was.
 */
export function cover({ path, fd }: Target, layer: number, steps: Steps): void {
  const root = steps.closing(openDirectory('/'));
  const cwd = steps.closing(openDirectory('.'));
  steps.onFailure(() => fchdir(cwd));
  attachTo(fd, layer, steps);
  steps.onFailure(() => enterRoot(root));
  if (path === '/') {
    enterRoot(layer);
    fchdir(cwd);
  }
}
