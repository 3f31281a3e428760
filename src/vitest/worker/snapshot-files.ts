import { type NamespaceError, scopeError } from '../../errors/namespace-error.cjs';
import { readBelow } from '../../files/read-below.js';
import { scopes } from '../../scope/scopes.js';

/** What of Vitest's is used here: it reads a file snapshot when the test compares, and writes it after the test. */
export interface SnapshotEnvironment {
  readSnapshotFile(file: string): Promise<string | null>;
  saveSnapshotFile(file: string, content: string): Promise<void>;
}

const watched = new WeakSet<SnapshotEnvironment>();

/**
 * Has a file snapshot refused that a scope shows with another content: Vitest would write over the one outside. Has those
 * written outside that would be lost in memory, since an earlier test has left a scope open.
 */
export function guardSnapshots(environment: SnapshotEnvironment): void {
  if (watched.has(environment)) return;
  watched.add(environment);
  const read = environment.readSnapshotFile.bind(environment);
  environment.readSnapshotFile = async (file) => {
    const content = await read(file);
    const root = scopes.open[0]?.tree.root;
    if (root !== undefined && content !== readBelow(root, file.slice(1))) throw covered(file);
    return content;
  };
  const save = environment.saveSnapshotFile.bind(environment);
  environment.saveSnapshotFile = (file, content) => {
    const root = scopes.quarantine?.root;
    return save(root === undefined ? file : `/proc/self/fd/${root}${file}`, content);
  };
}

function covered(file: string): NamespaceError {
  return scopeError({
    summary: `the file snapshot ${file} is another in this scope than outside of it`,
    why: 'Vitest reads it here, and would write it outside, after the test',
    fix: 'compare when the scope has ended, or mount over less than the directory of the snapshot',
  });
}
