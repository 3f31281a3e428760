import type { Explanation } from '../errors/explained-error.cjs';
import { formatMount, formatSource } from '../mounts/format-mount.js';
import type { Mount } from '../mounts/mount.js';
import { printable } from '../mounts/printable.js';
import type { Notice } from '../processes/notices.js';
import type { ProcessInfo } from '../processes/process-info.js';
import type { SuperblockChange } from './host-changes.js';
import type { Findings } from './leak-watch.js';

/** What is to be said about findings. */
export interface Report {
  /** What is proved to be this worker's doing, or that nothing could be proved. */
  leaks: Explanation[];
  /** What may be anyone's doing. Other workers see the same, and may say so. */
  suspicions: Notice[];
}

/**
 * What is proved, and what is only seen.
 *
 * @param onHost processes of this worker that are in the namespace of the host
 */
export function describeFindings(findings: Findings, onHost: readonly ProcessInfo[]): Report {
  const report: Report = { leaks: [], suspicions: [] };
  for (const { mount, tie } of findings.mounts) {
    if (tie === undefined) report.suspicions.push(suspectMount(mount, onHost));
    else report.leaks.push(describeMount(mount, [tie, ...describeProcesses(onHost)]));
  }
  for (const change of findings.superblocks) {
    if (change.own === undefined) report.suspicions.push(suspectSuperblock(change));
    else report.leaks.push(describeSuperblock(change, change.own));
  }
  report.leaks.push(...findings.mountPoints.map(describeMountPoint));
  return report;
}

function describeMount(mount: Mount, why: readonly string[]): Explanation {
  return {
    summary: `a mount reached the host: ${formatMount(mount)}`,
    why: why.join('\n'),
    fix: `take it away with: umount ${quote(mount.mountPoint)}\nin a test, enter no other mount namespace (nsenter, setns) to mount something, and share no mounts with the host`,
  };
}

function describeSuperblock(change: SuperblockChange, own: Mount): Explanation {
  const { mountPoint } = change.after;
  const [flag] = change.after.superOptions;
  return {
    summary: `a file system of the host was remounted: ${describeChange(change)}`,
    why: `this worker has done the same to ${printable(own.mountPoint)}: remounting changes the file system for every mount namespace`,
    fix: [
      `put it right with: mount -o remount,${flag === 'ro' ? 'rw' : 'ro'} ${quote(mountPoint)}`,
      'in a test, remount only the mount, with mount -o remount,bind,ro or ns.readonly()',
    ].join('\n'),
  };
}

function describeMountPoint(mountPoint: string): Explanation {
  return {
    summary: `a mount point was left on the host: ${printable(mountPoint)}`,
    why: 'it was made while this file ran, and something was mounted there in it',
    fix: 'remove it after the scope, in afterAll() say, or do not make it: ns.tmpfs() and the others provide mount points that the host does not see',
  };
}

function describeProcesses(onHost: readonly ProcessInfo[]): string[] {
  return onHost.map(
    ({ pid, command }) => `process ${pid} of this worker is in the host’s namespace: ${command}`,
  );
}

function suspectMount(mount: Mount, onHost: readonly ProcessInfo[]): Notice {
  return {
    summary: `the host has a new mount: ${formatMount(mount)}`,
    why: [
      ...describeProcesses(onHost),
      'nothing ties it to a test, so another program may have made it',
    ].join('\n'),
    isShared: onHost.length === 0,
  };
}

function suspectSuperblock(change: SuperblockChange): Notice {
  return {
    summary: `a file system of the host has other options: ${describeChange(change)}`,
    why: 'they were changed from another mount namespace than the host’s, which may be that of a test',
    isShared: true,
  };
}

function describeChange({ before, after }: SuperblockChange): string {
  const gone = before.superOptions.filter((option) => !after.superOptions.includes(option));
  const fresh = after.superOptions.filter((option) => !before.superOptions.includes(option));
  const what = `${formatSource(after)} on ${printable(after.mountPoint)} type ${printable(after.fsType)}`;
  return `${what}: ${gone.map(printable).join(',') || 'nothing'} became ${fresh.map(printable).join(',') || 'nothing'}`;
}

/** For a shell. */
function quote(path: string): string {
  return /^[\w/.,:=@%+-]+$/.test(path) ? path : `'${printable(path).replaceAll("'", "'\\''")}'`;
}
