import { OPEN_TREE_CLONE } from '../../native/constants.cjs';
import { mkdirat } from '../../native/directories.cjs';
import { openTree } from '../../native/mount-tree.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { using } from '../../native/using.cjs';
import type { Reason } from '../errors/failure.js';
import { MountError } from '../errors/mount-error.js';
import { explainNoOverride } from '../errors/reasons/overlay.js';
import { describeOwnLayer } from '../layers/own-layer.js';
import { printable } from '../mounts/printable.js';
import { mountOverlay } from './overlay.js';
import type { Part } from './part.js';
import type { Scratch } from './scratch.js';

/** Why no overlay can stand in for `part`: an overlay of an empty directory shows whether it is `part` itself. */
export function explainOverlay(part: Part, error: unknown, scratch: Scratch): unknown {
  if (!(error instanceof SystemCallError)) return error;
  const { code } = error;
  const noOverride = code === 'EACCES' ? explainNoOverride() : undefined;
  return layerError(part.path, error, noOverride ?? reason(code, part, probeOverlay(scratch)));
}

/** The error for what can't be made copy-on-write since a system call fails. */
export function layerError(path: string, error: SystemCallError, why: Reason): MountError {
  const { syscall, code, errno, call } = error;
  return new MountError(
    {
      summary: `cannot make ${printable(path)} copy-on-write: ${syscall}(2) ${code}`,
      ...why,
      call,
      cause: error,
    },
    { code, errno, syscall, path },
  );
}

function reason(code: string, { path, mount }: Part, control: string | undefined): Reason {
  if (control !== undefined) return { why: `no overlay can be made here at all: ${control}` };
  const fix = `name the directories that shall be copy-on-write, without ${printable(path)}: { copyOnWrite: ['/etc', …] }`;
  if (code !== 'EINVAL' || mount.fsType !== 'overlay') {
    return {
      why: `an overlay of an empty directory works here, one of ${printable(path)} (${mount.fsType}) does not`,
      fix,
    };
  }
  const why = `${printable(path)} is on an overlay that takes no other on top of it: the kernel stacks two at most`;
  const own = describeOwnLayer(mount);
  return own === undefined
    ? { why, fix: `${fix}; in a container, start it with ${printable(path)} on a volume` }
    : {
        why: `${why}, and this one is ${own}`,
        fix: 'begin the copy-on-write scope before anything is mounted at a place that is missing',
      };
}

function probeOverlay(scratch: Scratch): string | undefined {
  try {
    using(scratch.makeDirectory(), (directory) => {
      mkdirat(directory, 'empty');
      using(openTree('empty', OPEN_TREE_CLONE, directory), (empty) =>
        mountOverlay(directory, [empty], scratch.xattrs),
      );
    });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
