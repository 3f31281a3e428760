import type { Mount } from './mount.js';
import { mergeOptions } from './options.js';
import { printable } from './printable.js';

/**
 * A mount in one line, as mount(8) prints it, with its propagation.
 *
 * @example
 * ```ts
 * formatMount(mount); // 'tmpfs on /data type tmpfs (ro,relatime), private'
 * ```
 */
export function formatMount(mount: Mount): string {
  const options = mergeOptions(mount).map(printable).join(',');
  const what = `${formatSource(mount)} on ${printable(mount.mountPoint)} type ${printable(mount.fsType)}`;
  return `${what} (${options}), ${formatPropagation(mount)}`;
}

/** The source, and in brackets the directory of the file system if it is not the whole: `/dev/sda1[/srv]`. */
export function formatSource({ source, root }: Pick<Mount, 'source' | 'root'>): string {
  return root === '/' ? printable(source) : `${printable(source)}[${printable(root)}]`;
}

/** The propagation with the peer groups it is about: `private`, `shared:7`, `slave:7+shared:9`. */
export function formatPropagation(
  mount: Pick<Mount, 'propagation' | 'peerGroup' | 'master' | 'propagateFrom'>,
): string {
  return mount.propagation
    .replace('shared', `shared:${mount.peerGroup}`)
    .replace('slave', `slave:${mount.master}`)
    .concat(mount.propagateFrom === undefined ? '' : `, from ${mount.propagateFrom}`);
}
