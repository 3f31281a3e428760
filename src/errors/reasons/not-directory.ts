import { dirname } from 'node:path/posix';
import { ancestors } from '../../mounts/absolute-path.js';
import { printable } from '../../mounts/printable.js';
import type { Failure, Reason } from '../failure.js';
import { kindOfPath, pathsOf } from './paths.js';

/** ENOTDIR: a file on the way to a path, or a file where a directory has to be, or the reverse. */
export function explainNotDirectory(failure: Failure): Reason | undefined {
  for (const [name, path] of pathsOf(failure)) {
    const file = ancestors(dirname(path)).find(
      (part) => ![undefined, 'directory'].includes(kindOfPath(part)),
    );
    if (file !== undefined) {
      return { why: `${printable(file)} is a ${kindOfPath(file)}, so ${name} ${printable(path)} can't be` };
    }
  }
  return explainKinds(failure);
}

/** A file where a directory has to be, or the reverse. */
export function explainKinds(failure: Failure): Reason | undefined {
  const { operation } = failure;
  if (operation === 'bind' || operation === 'move') {
    const [[name, source], [, target]] = pathsOf(failure) as [[string, string], [string, string]];
    const [from, to] = [kindOfPath(source), kindOfPath(target)];
    if (from === undefined || to === undefined || (from === 'directory') === (to === 'directory'))
      return undefined;
    return { why: `${name} ${printable(source)} is a ${from}, and ${printable(target)} is a ${to}` };
  }
  // A file system is made of other things than directories.
  if (operation === 'mount' && failure.making === failure.type) return undefined;
  for (const [name, path] of pathsOf(failure)) {
    const kind = kindOfPath(path);
    if (kind === undefined || kind === 'directory') continue;
    return { why: `${name} ${printable(path)} is a ${kind}, and a directory is needed` };
  }
  return undefined;
}
