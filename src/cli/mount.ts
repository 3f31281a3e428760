import fs from 'node:fs';
import { MS_NODEV, MS_NOSUID } from '../../native/constants.cjs';
import { mount, umount2 } from '../../native/mount.cjs';
import { attempt } from '../errors/explain-mount.js';
import { MountError } from '../errors/mount-error.js';
import { UsageError } from '../errors/usage-error.cjs';
import { inSteps } from '../layers/steps.js';
import { readMountInfo } from '../mounts/read-mount-info.js';
import { requireEntered } from '../namespace/guard.js';
import { provideMountPoint } from '../operations/mount-point.js';

const MOUNT_POINT = '/mnt/test_mount';
const LINE = '-'.repeat(54);

/**
 * `ns-tool mount`: mounts a tmpfs in a namespace of its own, shows it, compares the parent's mount table with
 * the one before, and cleans up.
 */
export function mountCommand(
  args: string[],
  write: (text: string) => void = (text) => process.stdout.write(text),
): number {
  if (args.length > 0) throw new UsageError(`mount takes no arguments, received ${args.join(' ')}`);
  const { host } = requireEntered();
  write('Mount namespace created successfully!\nRoot mount made private (MS_PRIVATE | MS_REC)\n');
  makeMountPoint();
  try {
    attempt({ action: `mount tmpfs on ${MOUNT_POINT}`, path: MOUNT_POINT }, () =>
      mount({ source: 'tmpfs', target: MOUNT_POINT, type: 'tmpfs', flags: MS_NODEV | MS_NOSUID }),
    );
    try {
      write(`tmpfs mounted at: ${MOUNT_POINT}\n\n${describeMounts()}`);
      const after = readMountInfo(host.mountInfoFd);
      if (!after.equals(host.mountInfoAtEntry)) {
        write(`\nThe parent's mount table has changed:\n${lineDifference(host.mountInfoAtEntry, after)}`);
        return 1;
      }
      write('Note: This mount is NOT visible in the parent namespace!\n');
    } finally {
      umount2(MOUNT_POINT);
    }
  } finally {
    fs.rmdirSync(MOUNT_POINT);
  }
  write(`Cleanup: unmounted and removed ${MOUNT_POINT}\n`);
  return 0;
}

/**
 * Makes the directory, or takes over the empty one that a run which was killed has left. One who may not make it
 * gets it in memory.
 */
function makeMountPoint(): void {
  attempt({ action: `make ${MOUNT_POINT}`, path: MOUNT_POINT }, () => {
    try {
      fs.mkdirSync(MOUNT_POINT, { recursive: true });
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) throw error;
      inSteps((steps) => provideMountPoint(MOUNT_POINT, 'directory', steps));
    }
  });
  const entries = fs.readdirSync(MOUNT_POINT);
  const isMountPoint = mountLines().some(([, target]) => target === MOUNT_POINT);
  if (entries.length === 0 && !isMountPoint) return;
  throw new MountError(
    {
      summary: `cannot use ${MOUNT_POINT}: it is no leftover of this command`,
      why: isMountPoint ? 'something is mounted there' : `it holds ${entries.length} entries`,
      fix: 'look at what it is, and move it away',
    },
    { code: 'EEXIST', path: MOUNT_POINT },
  );
}

function describeMounts(): string {
  const lines = mountLines().filter(([, , type]) => type === 'tmpfs');
  const own = lines.filter(([, target]) => target === MOUNT_POINT);
  const rows = [...own, ...lines.filter((line) => !own.includes(line))].map((fields) => fields.join(' '));
  const [source, target, type, options] = own[0] ?? [];
  return [
    'Mount table inside namespace (/proc/self/mounts):',
    LINE,
    ...rows,
    LINE,
    `${source} on ${target} type ${type} (${options})`,
    '',
  ].join('\n');
}

/** The fields of each line of `/proc/self/mounts` (fstab(5)). */
function mountLines(): string[][] {
  const text = fs.readFileSync('/proc/self/mounts', 'utf8').trimEnd();
  return text.split('\n').map((line) => line.split(' '));
}

function lineDifference(before: Buffer, after: Buffer): string {
  const [old, now] = [before, after].map((table) => new Set(table.toString().trimEnd().split('\n')));
  const gone = [...(old as Set<string>)].filter((line) => !now?.has(line)).map((line) => `- ${line}\n`);
  const added = [...(now as Set<string>)].filter((line) => !old?.has(line)).map((line) => `+ ${line}\n`);
  return [...gone, ...added].join('');
}
