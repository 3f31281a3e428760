import type { CopyOnWrite } from '../copy-on-write/copy-on-write-tree.js';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { COPY_ON_WRITE } from '../namespace/environment.cjs';
import { checkCopyOnWrite } from './scope-options.js';

/**
 * What scopes of this process do that say nothing about copy-on-write: what the pool has put into the environment.
 *
 * @throws {NamespaceError} when that can't be understood: a scope that ignored it would write to the host.
 */
export function defaultCopyOnWrite(): CopyOnWrite | false {
  const text = process.env[COPY_ON_WRITE];
  if (text === undefined || text === '') return false;
  try {
    return checkCopyOnWrite(JSON.parse(text));
  } catch (cause) {
    throw new NamespaceError({
      summary: `${COPY_ON_WRITE} is ${JSON.stringify(text)}, which is no list of directories, true or false`,
      fix: 'set the option copyOnWrite of mountNamespaces(), and leave this variable alone',
      cause,
    });
  }
}
