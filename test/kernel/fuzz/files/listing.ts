import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { Changes } from '../../../../src/copy-on-write/changes.js';

interface Entry {
  kind: number;
  /** All that is no time: mode, owner, content, where a link leads. */
  what: string;
  /** Of the last change; undefined where that was later than `since`. */
  modified: bigint | undefined;
}

/** What is in a directory and below, by paths that begin with a slash; itself is `''`. */
export type Listing = ReadonlyMap<string, Entry>;

export function list(directory: string, since: bigint): Listing {
  const found = new Map<string, Entry>();
  const walk = (path: string) => {
    const full = directory + path;
    const stat = fs.lstatSync(full, { bigint: true });
    const { mode, uid, gid, size, mtimeNs } = stat;
    let content = '';
    if (stat.isFile()) content = `${size} ${createHash('md5').update(fs.readFileSync(full)).digest('hex')}`;
    if (stat.isSymbolicLink()) content = fs.readlinkSync(full);
    found.set(path, {
      kind: Number(mode) & fs.constants.S_IFMT,
      what: `${mode.toString(8)} ${uid}:${gid} ${content}`,
      modified: mtimeNs < since ? mtimeNs : undefined,
    });
    if (stat.isDirectory()) for (const name of fs.readdirSync(full).sort()) walk(`${path}/${name}`);
  };
  walk('');
  return found;
}

/** What `changes()` shall say of a directory that was `before` and is `after`, by the documentation. */
export function expectedChanges(directory: string, before: Listing, after: Listing): Changes {
  const isGone = (path: string) => before.get(path)?.kind !== after.get(path)?.kind;
  const isSeen = (path: string) => {
    const parent = path.slice(0, path.lastIndexOf('/'));
    return path === '' || after.get(parent)?.kind === fs.constants.S_IFDIR;
  };
  const named = (listing: Listing, is: (path: string) => boolean) =>
    [...listing.keys()]
      .filter(is)
      .map((path) => directory + path)
      .sort();
  return {
    created: named(after, isGone),
    modified: named(after, (path) => !isGone(path) && before.get(path)?.what !== after.get(path)?.what),
    deleted: named(before, (path) => isGone(path) && isSeen(path)),
  };
}
