import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { MS_NODEV, MS_NOSUID } from '../../native/constants.cjs';
import { mount, umount2 } from '../../native/mount.cjs';
import { isMountRoot } from '../../native/statx.cjs';
import { unless } from '../../native/unless.cjs';
import { attempt } from '../errors/explain-mount.js';
import { MountError } from '../errors/mount-error.js';
import { UsageError } from '../errors/usage-error.cjs';
import { readMountInfo } from '../mounts/read-mount-info.cjs';
import { requireEntered } from '../namespace/guard.js';
import { inSteps } from '../operations/in-steps.js';
import { provideMountPoint } from '../operations/mount-point.js';

const MOUNT_POINT = '/mnt/test_mount';
/** Of two that run at the same time, one removes the directory of both, and what is mounted there with it: rmdir(2). */
const GONE = ['ENOENT', 'EINVAL'];
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
  const made: string[] = [];
  try {
    makeMountPoint(made);
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
      unless(GONE, () => umount2(MOUNT_POINT));
    }
  } finally {
    for (const directory of made.reverse()) unless(GONE, () => rmdirSync(directory));
  }
  write(`Cleanup: unmounted and removed ${MOUNT_POINT}\n`);
  return 0;
}

/**
 * Makes the directory, or takes over the empty one that a run which was killed has left. One who may not make it
 * gets it in memory.
 *
 * @param made gets what is to be removed at the end
 */
function makeMountPoint(made: string[]): void {
  const found = lookAt(MOUNT_POINT);
  if (found?.isDirectory() || found?.isSymbolicLink()) {
    requireLeftover(found);
    made.push(MOUNT_POINT);
    return;
  }
  attempt({ action: `make ${MOUNT_POINT}`, path: MOUNT_POINT }, () => {
    try {
      // One by one: Node says ENOENT of a read-only file system when it makes all.
      for (const directory of [dirname(MOUNT_POINT), MOUNT_POINT]) {
        if (directory !== MOUNT_POINT && lookAt(directory) !== undefined) continue;
        mkdirSync(directory);
        made.push(directory);
      }
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) throw error;
      inSteps((steps) => provideMountPoint(MOUNT_POINT, 'directory', steps));
    }
  });
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function requireLeftover(found: Stats): void {
  const why = findUse(found);
  if (why === undefined) return;
  throw new MountError(
    {
      summary: `cannot use ${MOUNT_POINT}: it is no leftover of this command`,
      why,
      fix: 'look at what it is, and move it away',
    },
    { code: 'EEXIST', path: MOUNT_POINT },
  );
}

/** What tells that somebody else has made the mount point. */
function findUse(found: Stats): string | undefined {
  if (found.isSymbolicLink()) return 'it is a symbolic link';
  if (isMountRoot(MOUNT_POINT)) return 'something is mounted there';
  const { length } = readdirSync(MOUNT_POINT);
  return length === 0 ? undefined : `it holds ${length} entries`;
}

function describeMounts(): string {
  const lines = mountLines().filter(([, , type]) => type === 'tmpfs');
  // A directory above may be a symbolic link.
  const place = realpathSync(MOUNT_POINT);
  const own = lines.filter(([, target]) => target === place);
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
  const text = readFileSync('/proc/self/mounts', 'utf8').trimEnd();
  return text.split('\n').map((line) => line.split(' '));
}

function lineDifference(before: Buffer, after: Buffer): string {
  const [old, now] = [before, after].map((table) => new Set(table.toString().trimEnd().split('\n')));
  const gone = [...(old as Set<string>)].filter((line) => !now?.has(line)).map((line) => `- ${line}\n`);
  const added = [...(now as Set<string>)].filter((line) => !old?.has(line)).map((line) => `+ ${line}\n`);
  return [...gone, ...added].join('');
}
