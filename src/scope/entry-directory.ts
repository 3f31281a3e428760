import { cwd } from 'node:process';
import { encodePath } from '../../native/path-bytes.cjs';
import type { Location } from '../../native/statx.cjs';
import { probe } from '../../native/unless.cjs';
import { type NamespaceError, scopeError } from '../errors/namespace-error.cjs';
import { findWorkingDirectory, leadsTo, readWorkingDirectory } from '../files/working-directory.js';
import { printable } from '../mounts/printable.js';

/**
 * The path by which the copy of a tree has the working directory, which is at `here`; undefined where there is none:
 * the directory is deleted, or covered, or out of reach.
 */
export function findEntryDirectory(here: Location): string | Buffer | undefined {
  // Node remembers it, so this takes no system call. It may be deleted.
  const remembered = probe(cwd);
  if (remembered !== undefined && leadsTo(here, remembered)) return remembered;
  const found = findWorkingDirectory();
  return found === undefined ? undefined : encodePath(found);
}

/** The error for a copy-on-write scope: a directory that its tree does not have is the one outside of it. */
export function noEntryDirectory(): NamespaceError {
  const path = printable(readWorkingDirectory());
  return scopeError({
    summary: `entering a copy-on-write scope failed: its files do not have the working directory ${path}`,
    why: 'no path leads to that directory, which is deleted or covered by a mount; relative paths would lead out of the scope, to be written to',
    fix: "change to a directory that is there, before: process.chdir('/')",
  });
}
