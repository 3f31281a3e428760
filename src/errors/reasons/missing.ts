import { printable } from '../../mounts/printable.js';
import { kindOfPath, pathsOf } from './paths.js';
import type { Failure, Reason } from './reasons.js';

/** ENOENT: which of the paths is not there, and from which part on. */
export function explainMissing(failure: Failure): Reason | undefined {
  for (const [name, path] of pathsOf(failure)) {
    if (kindOfPath(path) !== undefined) continue;
    const first = ancestors(path).find((part) => kindOfPath(part) === undefined);
    const part = first === undefined || first === path ? '' : ` (${printable(first)} does not either)`;
    return { why: `${name} ${printable(path)} does not exist${part}` };
  }
  return undefined;
}

/** `/a`, `/a/b`, `/a/b/c` for `/a/b/c`. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}
