import { inspect } from 'node:util';
import { formatMount } from '../../mounts/format-mount.js';
import { isReadOnly } from '../../mounts/mount.js';
import { readMounts } from '../../mounts/read-mounts.js';
import type { Failure, Reason } from '../failure.js';
import { findHolders, formatHolders } from './holders.js';

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

/** The file system exists already, with other options: `fsconfig(2)` takes it as it is, or not at all. */
function explainSuperblock({ call = '', type = '', sources = {}, path, log }: Failure): Reason | undefined {
  // Of a device, the flag ro is one of its file system too.
  if (!log.some((line) => line.includes('change RO state')) && !call.includes('FSCONFIG_CMD_CREATE_EXCL'))
    return undefined;
  const { source = '' } = sources;
  const pattern = { fsType: type, ...(source.startsWith('/') ? { source } : {}) };
  const [seenBy, other] = [readMounts('host').find(pattern), readMounts('self').find(pattern)];
  const mount = seenBy ?? other;
  if (mount === undefined) return undefined;
  const whose = seenBy === undefined ? 'it is mounted here' : 'the host has it mounted';
  return {
    why: `this file system exists already, ${whose} (${formatMount(mount)}), and options would change it there`,
    // Its device is read-only for all mounts or for none.
    fix:
      'source' in pattern && mount.superOptions.includes('rw')
        ? `leave data and ro out, and then use ns.readonly(${inspect(path)})`
        : `leave data out, and use flags${'source' in pattern ? ": ['ro']" : ', which are of the new mount alone'}`,
  };
}
