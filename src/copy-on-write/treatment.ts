import { deviceOf } from '../../native/statx.cjs';
import { isBelow } from '../mounts/absolute-path.js';
import { isReadOnly, type Mount } from '../mounts/mount.js';
import { scopes } from '../scope/scopes.js';

/**
 * What a copy-on-write scope makes of a mount: `protect` it (writes go to memory), `seal` it (read-only in the
 * scope), or `keep` it as it is.
 */
export type Treatment = 'protect' | 'seal' | 'keep';

/** How to treat `mount`. What is not known to be the kernel's own is data, so it is protected. */
export function treatmentOf(mount: Mount): Treatment {
  const { mountPoint, fsType, superOptions } = mount;
  if (isVirtual(fsType) || isFault(mount)) return 'keep';
  const isKernels = isBelow(mountPoint, '/proc') || isBelow(mountPoint, '/sys');
  // With such a one systemd-nspawn covers /proc/kmsg: it comes along with what it is on.
  if (isDeleted(mount) && !isKernels) return 'protect';
  // A mount that is read-only can be made writable again, a file system that is cannot: not through a mount of it.
  if (superOptions.includes('ro')) return 'keep';
  if (!isKernels && mountPoint !== '/dev' && !SEALED.has(fsType)) return 'protect';
  return isReadOnly(mount) ? 'keep' : 'seal';
}

/** Whether what is mounted was deleted: its name may be that of another file by now, and it can't be mounted again. */
export function isDeleted({ root }: Pick<Mount, 'root'>): boolean {
  return root.endsWith('//deleted');
}

/** Whether the files of such a file system are the kernel's own: writing to them is a command, not data. */
export function isVirtual(fsType: string): boolean {
  return VIRTUAL.has(fsType);
}

/** Whether it is a full disk of a scope around, which keeps in memory what it takes. With a layer on it, there was room. */
export function isFault({ device }: Mount): boolean {
  return scopes.open.some(({ kept }) => kept.some((fd) => deviceOf(fd) === device));
}

const VIRTUAL: ReadonlySet<string> = new Set([
  'autofs',
  'binder',
  'binfmt_misc',
  'bpf',
  'cgroup',
  'cgroup2',
  'configfs',
  'cpuset',
  'debugfs',
  'devpts',
  'efivarfs',
  'fuse.lxcfs',
  'fusectl',
  'guest_memfd',
  'nfsd',
  'nsfs',
  'proc',
  'pstore',
  'resctrl',
  'rpc_pipefs',
  'securityfs',
  'selinuxfs',
  'smackfs',
  'sysfs',
  'tracefs',
]);

// devtmpfs: one instance for the whole machine, whose device nodes work as well on a read-only mount. hugetlbfs, mqueue:
// memory and queues, which have no content that an overlay could show. The others compare names in ways of their own,
// which overlay refuses in a layer; most machines have one at /boot/efi.
const SEALED: ReadonlySet<string> = new Set([
  'devtmpfs',
  'exfat',
  'hugetlbfs',
  'mqueue',
  'msdos',
  'ntfs',
  'ntfs3',
  'vfat',
]);
