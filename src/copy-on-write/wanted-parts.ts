import { fstatSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { attempt } from '../errors/explain-mount.js';
import { MountError } from '../errors/mount-error.js';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { explainDetachedRoot } from '../errors/reasons/detached-root.js';
import { withTarget } from '../files/target.js';
import { isBelow } from '../mounts/absolute-path.js';
import type { Mount } from '../mounts/mount.js';
import type { MountTable } from '../mounts/mount-table.js';
import { printable } from '../mounts/printable.js';
import { visibleMounts } from '../mounts/visible-mounts.js';
import { namedPart, type Part, partOf } from './part.js';
import { isVirtual } from './treatment.js';

/** The parts of the tree that a scope takes into its hands: all, or the named directories and what lies below. */
export function wantedParts(wanted: true | readonly string[], table: MountTable): Part[] {
  const visible = visibleMounts(table);
  if (wanted === true) {
    mountOf('/', table);
    return visible.map(partOf);
  }
  wanted.forEach(checkDirectory);
  return outermost(wanted).flatMap((directory) => {
    const mount = mountOf(directory, table);
    if (isVirtual(mount.fsType)) throw virtualDirectory(directory, mount);
    const below = visible.filter(({ mountPoint }) => isBelow(mountPoint, directory));
    return [namedPart(directory, mount), ...below.map(partOf)];
  });
}

function checkDirectory(path: string): void {
  const isDirectory = attempt({ action: `make ${printable(path)} copy-on-write`, path }, () =>
    withTarget(path, (fd) => fstatSync(fd).isDirectory()),
  );
  if (isDirectory) return;
  throw new MountError(
    {
      summary: `cannot make ${printable(path)} copy-on-write: it is no directory`,
      fix: `name the directory that it is in: ${printable(dirname(path))}`,
    },
    { code: 'ENOTDIR', path },
  );
}

/** The directories that lie in no other of the list. */
function outermost(directories: readonly string[]): string[] {
  const all = [...new Set(directories)];
  return all.filter((path) => !all.some((other) => isBelow(path, other)));
}

function mountOf(path: string, table: MountTable): Mount {
  const mount = table.containing(path);
  if (mount !== undefined) return mount;
  throw new NamespaceError({
    summary: `cannot make ${printable(path)} copy-on-write: it lies on no mount that can be seen`,
    ...(explainDetachedRoot({ code: 'EINVAL' }) ?? {
      why: 'the root directory of this process is not a mount point (chroot(2))',
      fix: 'bind the root directory over itself before entering it: mount --rbind DIR DIR',
    }),
  });
}

function virtualDirectory(path: string, { fsType }: Mount): MountError {
  return new MountError(
    {
      summary: `cannot make ${printable(path)} copy-on-write: it is on ${fsType}`,
      why: `the files of ${fsType} are the kernel's own: writing to them is a command, not data`,
      fix: `leave ${printable(path)} out of copyOnWrite`,
    },
    { code: 'ERR_MOUNTNS_COPY_ON_WRITE', path },
  );
}
