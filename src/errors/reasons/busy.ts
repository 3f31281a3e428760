import { inspect } from 'node:util';
import { formatMount } from '../../mounts/format-mount.js';
import { isReadOnly } from '../../mounts/mount.js';
import { readMounts } from '../../mounts/read-mounts.js';
import { findHolders, formatHolders } from './holders.js';
import type { Failure, Reason } from './reasons.js';

/** EBUSY: what is mounted below, or who uses it. */
export function explainBusy(failure: Failure): Reason | undefined {
  switch (failure.operation) {
    case 'umount':
      return explainBusyMount(failure);
    case 'remount':
      return explainWriters(failure);
    case 'pivotRoot':
      return explainSameMount(failure);
    case 'mount':
      return explainSuperblock(failure);
    default:
      return undefined;
  }
}

function explainBusyMount({ path }: Failure): Reason | undefined {
  const table = readMounts('self');
  const mount = table.at(path);
  if (mount === undefined) return undefined;
  const lazy = `ns.umount(${inspect(path)}, { lazy: true })`;
  const children = table.filter({ parentId: mount.id });
  if (children.length > 0) {
    const list = children.map(formatMount).join('\n');
    return { why: `other mounts lie on it:\n${list}`, fix: `unmount those first, or use ${lazy}` };
  }
  const holders = findHolders(mount.id);
  if (holders.length === 0) return undefined;
  const why = `it is in use:\n${formatHolders(holders)}`;
  return { why, fix: `close what is open there and leave its directories, or use ${lazy}` };
}

function explainWriters({ path }: Failure): Reason | undefined {
  const table = readMounts('self');
  const top = table.at(path);
  const mounts = top === undefined ? [] : [top, ...table.under(path)];
  const holders = mounts
    .filter((mount) => !isReadOnly(mount))
    .flatMap(({ id }) => findHolders(id, { writing: true }));
  if (holders.length === 0) return undefined;
  return { why: `files on it are open for writing:\n${formatHolders(holders)}`, fix: 'close them first' };
}

function explainSameMount({ path }: Failure): Reason | undefined {
  if (path !== '/') return undefined;
  return { why: '/ is the root already: newRoot must be on another mount than the root is' };
}

/** Only a command of fsconfig(2) that refuses to take a superblock that exists says EBUSY of it. */
function explainSuperblock({ call = '', type = '', sources }: Failure): Reason | undefined {
  if (!call.includes('FSCONFIG_CMD_CREATE_EXCL')) return undefined;
  const pattern = { fsType: type, ...sources };
  const [seenBy, other] = [readMounts('host').find(pattern), readMounts('self').find(pattern)];
  const mount = seenBy ?? other;
  if (mount === undefined) return undefined;
  const whose = seenBy === undefined ? 'it is mounted here' : 'the host has it mounted';
  return {
    why: `this file system exists already, ${whose} (${formatMount(mount)}), and options would change it there`,
    fix: 'leave data out, and use flags, which are of the new mount alone',
  };
}
