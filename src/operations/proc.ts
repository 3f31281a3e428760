import { attachFileSystem } from './mount.js';
import { mountAttributes } from './mount-flags.js';

/** Mounts a proc file system for the pid namespace of this process, as container runtimes do. */
export function mountProc(target: string): void {
  attachFileSystem({
    target,
    type: 'proc',
    source: 'proc',
    attributes: mountAttributes(['nosuid', 'nodev', 'noexec']),
    options: {},
  });
}
