import { readDirectory } from '../../native/directory-entries.cjs';
import { decodePath, encodePath } from '../../native/path-bytes.cjs';
import { flistxattr } from '../../native/xattr.cjs';
import {
  type FoundFile,
  findFile,
  hasOtherOwner,
  isModified,
  isOwnerUnmapped,
  isSameKind,
} from '../files/found-file.js';
import { isProvided } from '../files/provided.js';
import { join, pathBelow } from '../mounts/absolute-path.js';
import { beforeName, type Layer } from './layer.js';
import type { StandIn } from './layers.js';

/** What a copy-on-write scope has changed, as absolute paths in the order of their UTF-16 units. */
export interface Changes {
  /** What was not there before; of a new directory, everything in it too. Not mount points that were provided. */
  created: string[];
  /** Files with another content or other attributes (mode, owner, link target, xattr(7)), directories with the latter. */
  modified: string[];
  /** What is no longer there; of a directory that is gone, only itself. */
  deleted: string[];
}

/** A part of the tree, and what stands in for it. */
export interface ChangedPart extends StandIn {
  path: string;
}

/**
 * Compares what the scope wrote with what was there before. A file that is the same again is not modified,
 * whatever was done to it meanwhile; one that is another kind of file now is deleted and created.
 */
export function findChanges(parts: readonly ChangedPart[]): Changes {
  const search = new Search();
  for (const part of parts) search.part(part);
  const { created, modified, deleted } = search;
  return {
    created: [...created].sort(),
    modified: [...modified].sort(),
    deleted: [...deleted].sort(),
  };
}

/**
 * One file or directory, three times: as it was, as it is, and what the upper layer of the overlay has, which says
 * where to look. Without `upper` everything is looked at.
 */
interface Triple {
  before: FoundFile | undefined;
  after: FoundFile | undefined;
  upper: FoundFile | undefined;
}

class Search {
  readonly created = new Set<string>();
  readonly modified = new Set<string>();
  readonly deleted = new Set<string>();

  part({ path, layer, below }: ChangedPart): void {
    const base = { path, entries: layer.entries, isCopy: layer.lowers === 0 };
    using(openRoots(layer), (roots) => {
      const names = below.split('/').slice(1).map(encodePath);
      this.#descend(roots, names, (found) => this.#compare(path, found, base));
    });
  }

  /** Nothing changed below a directory that the upper layer does not have. */
  #descend(from: Triple, [name, ...names]: Buffer[], use: (found: Triple) => void): void {
    if (name === undefined) {
      use(from);
      return;
    }
    const isPruned = from.upper !== undefined && !isStandingAlone(from.upper);
    using(openChildren(from, name), (found) => {
      if (!isPruned || found.upper !== undefined) this.#descend(found, names, use);
    });
  }

  #compare(path: string, { before, after, upper }: Triple, base: Base): void {
    if (before !== undefined && (after === undefined || !isSameKind(before, after))) this.deleted.add(path);
    if (after === undefined) return;
    if (before === undefined || !isSameKind(before, after)) {
      if (!isProvided(after, path)) this.created.add(path);
      if (after.stat.isDirectory())
        this.#compareEntries(path, { before: undefined, after, upper: undefined }, base);
      return;
    }
    const isCopy = path === base.path || base.isCopy;
    const canHaveOwner = !isCopy || !isOwnerUnmapped(before);
    if (isModified(before, after) || (canHaveOwner && hasOtherOwner(before, after))) this.modified.add(path);
    if (after.stat.isDirectory()) this.#compareEntries(path, { before, after, upper }, base);
  }

  #compareEntries(path: string, from: Triple, base: Base): void {
    const upper = from.upper !== undefined && isStandingAlone(from.upper) ? undefined : from.upper;
    const listed = upper === undefined ? [from.before, from.after] : [upper];
    const names = new Map(listed.flatMap((directory) => (directory === undefined ? [] : namesIn(directory))));
    for (const [text, name] of names) {
      const entry = join(path, `/${text}`);
      const kind = base.entries?.get(pathBelow(entry, base.path));
      if (kind === 'apart') continue;
      // What was not copied is not looked at: it may be somebody else's, and of another moment.
      const isNew = base.entries !== undefined && kind === undefined;
      const before = isNew ? undefined : from.before;
      using(openChildren({ ...from, before, upper }, name), (found) => this.#compare(entry, found, base));
    }
  }
}

/** Where a part begins, and what is known of it. */
interface Base {
  path: string;
  entries: Layer['entries'];
  /** Whether everything was copied at entry, not only the part's own directory. */
  isCopy: boolean;
}

function openRoots(layer: Layer): Triple {
  return {
    before: findFile(layer.directory, beforeName(layer)),
    after: findFile(layer.directory, Buffer.from('merged')),
    upper: layer.lowers === 0 ? undefined : findFile(layer.directory, Buffer.from('upper')),
  };
}

function openChildren({ before, after, upper }: Triple, name: Buffer): Triple {
  return {
    before: before && findFile(before.fd, name),
    after: after && findFile(after.fd, name),
    upper: upper && findFile(upper.fd, name),
  };
}

function using(found: Triple, use: (found: Triple) => void): void {
  try {
    use(found);
  } finally {
    for (const file of [found.before, found.after, found.upper]) file?.close();
  }
}

/** Names by their text, so that those of two directories can be put together. */
function namesIn(directory: FoundFile): [string, Buffer][] {
  return directory.read((fd) => readDirectory(fd).map((name) => [decodePath(name), name]));
}

/** Whether overlay does not merge this directory with the one of the same path below it. */
function isStandingAlone(upper: FoundFile): boolean {
  if (!upper.stat.isDirectory()) return true;
  return upper.read((fd) =>
    flistxattr(fd).some((name) => /^(trusted|user)\.overlay\.(opaque|redirect)$/.test(name)),
  );
}
