import type { Mount } from '../mounts/mount.js';
import { parseMountInfo } from '../mounts/parse-mount-info.js';

/**
 * The mounts of a table, to tell from a later table what is new. A copy of the tree has other ids and is the same
 * otherwise, so that lines are compared without them; only those that differ are parsed.
 */
export class KnownMounts {
  readonly #lines: ReadonlySet<string>;

  /** @param table text of mountinfo */
  constructor(table: Buffer) {
    this.#lines = new Set(linesOf(table).map(withoutIds));
  }

  /** The mounts in `table` that are new or not as they were. */
  unknownIn(table: Buffer): Mount[] {
    const unknown = linesOf(table).filter((line) => !this.#lines.has(withoutIds(line)));
    return unknown.length === 0 ? [] : parseMountInfo(Buffer.from(unknown.join('\n'), 'latin1'));
  }
}

function linesOf(table: Buffer): string[] {
  return table.toString('latin1').split('\n').filter(Boolean);
}

/** From the third field on. */
function withoutIds(line: string): string {
  return line.slice(line.indexOf(' ', line.indexOf(' ') + 1) + 1);
}
