import { closeSync, fstatSync } from 'node:fs';
import { inspect } from 'node:util';
import { isMountRoot } from '../../native/statx.cjs';
import { checkPath, openTarget } from '../files/target.js';
import { printable } from '../mounts/printable.js';
import { operateInSteps } from '../operations/operate.js';
import { checkOptions } from '../operations/options.js';
import { EACCES } from './eacces.js';
import { EBUSY } from './ebusy.js';
import { EIO } from './eio.js';
import { ELOOP } from './eloop.js';
import { ENODEV } from './enodev.js';
import { ENOSPC } from './enospc.js';
import { EROFS } from './erofs.js';
import { EXDEV } from './exdev.js';
import { expectErrno } from './expect-errno.js';
import { induceError } from './induce-error.js';
import type { Fault, InduceOptions, Recipe } from './recipe.js';
import { refuseErrno } from './refusals.js';

/** The errnos that the kernel can be made to answer with. */
export type InducibleErrno = 'EACCES' | 'EBUSY' | 'EIO' | 'ELOOP' | 'ENODEV' | 'ENOSPC' | 'EROFS' | 'EXDEV';

const RECIPES: Record<InducibleErrno, Recipe> = {
  EACCES,
  EBUSY,
  EIO,
  ELOOP,
  ENODEV,
  ENOSPC,
  EROFS,
  EXDEV,
};

/**
 * Has the kernel answer with `errno` at `target`, and proves with one call that it does.
 *
 * @returns descriptors that have to stay open for as long as the fault can last
 */
export function induceFault(errno: InducibleErrno, target: string, options: InduceOptions): number[] {
  const path = checkPath('target', target);
  const recipe = recipeFor(errno, path);
  checkOptions(`induce('${errno}')`, options, [], recipe.options);
  const action = `induce ${errno} on ${printable(path)}`;
  const kept: number[] = [];
  operateInSteps({ operation: 'induce', action, path, sources: { target: path } }, (steps) => {
    const keeping = (fd: number) => {
      kept.push(fd);
      steps.onFailure(() => closeSync(fd));
    };
    const fd = steps.closing(openTarget(path));
    const fault = { path, fd, kind: kindOf(fd, errno, path, recipe), options, steps, keeping };
    recipe.induce(fault);
    expectErrno(errno, path, () => recipe.probe(fault));
  });
  return kept;
}

function recipeFor(errno: unknown, path: string): Recipe {
  if (typeof errno === 'string' && Object.hasOwn(RECIPES, errno)) return RECIPES[errno as InducibleErrno];
  throw refuseErrno(errno, path, Object.keys(RECIPES));
}

function kindOf(fd: number, errno: string, path: string, { kinds }: Recipe): Fault['kind'] {
  const stat = fstatSync(fd);
  const kind = stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : undefined;
  if (kind !== undefined && kinds.includes(kind)) return kind;
  const is = kind === undefined ? 'neither a directory nor a regular file' : `a ${kind}`;
  const other = `name a ${kinds.join(' or a ')}`;
  const isMounted = kind === undefined && isMountRoot('', fd);
  const fix = isMounted ? `take away what is mounted there: ns.umount(${inspect(path)})` : other;
  throw induceError(errno, path, `: it is ${is}`, { fix });
}
