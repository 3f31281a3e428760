import fs from 'node:fs';
import { OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { mkdirat } from '../../native/directories.cjs';
import { openTree } from '../../native/mount-tree.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { MountError } from '../errors/mount-error.js';
import { printable } from '../mounts/printable.js';
import { mountOverlay } from './overlay.js';
import type { Part } from './part.js';
import type { Scratch } from './scratch.js';

/** Why no overlay can stand in for `part`: an overlay of an empty directory shows whether it is `part` itself. */
export function explainOverlay({ path, mount }: Part, error: unknown, scratch: Scratch): unknown {
  if (!(error instanceof SystemCallError)) return error;
  const { syscall, code, errno, call } = error;
  return new MountError(
    {
      summary: `cannot make ${printable(path)} copy-on-write: ${syscall}(2) ${code}`,
      ...reason(mount.fsType, path, probeOverlay(scratch)),
      call,
      cause: error,
    },
    { code, errno, syscall, path },
  );
}

function reason(fsType: string, path: string, control: string | undefined): { why: string; fix?: string } {
  if (control !== undefined) return { why: `no overlay can be made here at all: ${control}` };
  const fix = `name the directories that shall be copy-on-write, without ${printable(path)}: { copyOnWrite: ['/etc', …] }`;
  return fsType === 'overlay'
    ? {
        why: `${printable(path)} is on an overlay that takes no other on top of it: the kernel stacks two at most`,
        fix: `${fix}; in a container, start it with ${printable(path)} on a volume`,
      }
    : {
        why: `an overlay of an empty directory works here, one of ${printable(path)} (${fsType}) does not`,
        fix,
      };
}

function probeOverlay(scratch: Scratch): string | undefined {
  const directory = scratch.makeDirectory();
  try {
    mkdirat(directory, 'empty');
    const empty = openTree('empty', OPEN_TREE_CLONE, directory);
    try {
      mountOverlay(directory, [empty], scratch.xattrs);
      return undefined;
    } finally {
      fs.closeSync(empty);
    }
  } catch (error) {
    return (error as Error).message;
  } finally {
    fs.closeSync(directory);
  }
}
