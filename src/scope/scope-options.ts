import type { CopyOnWrite } from '../copy-on-write/copy-on-write-tree.js';
import { invalidArgument } from '../errors/invalid-argument.js';
import { checkPath } from '../files/target.js';
import { checkOptions } from '../operations/options.js';

/** Options of a scope. */
export interface ScopeOptions {
  /**
   * Directories in which everything that is written goes to memory, and is gone when the scope ends; `true` for the
   * whole tree. Each must exist, by an absolute path without symbolic links.
   * @defaultValue the option of the plugin, else `false`
   */
  copyOnWrite?: boolean | readonly string[] | undefined;
}

/**
 * Refuses what is unknown, and values that mean nothing: a test that asked for copy-on-write and got a plain scope
 * deletes real files.
 */
export function checkScopeOptions(options: unknown): { copyOnWrite: CopyOnWrite | false | undefined } {
  checkOptions('a mount namespace', options, ['copyOnWrite']);
  const { copyOnWrite } = options as ScopeOptions;
  return { copyOnWrite: copyOnWrite === undefined ? undefined : checkCopyOnWrite(copyOnWrite) };
}

/**
 * Which directories shall be copy-on-write, in their normal form.
 *
 * @throws {TypeError} naming the value.
 */
export function checkCopyOnWrite(value: unknown): CopyOnWrite | false {
  if (typeof value === 'boolean') return value;
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidArgument(
      'copyOnWrite must be true, false or a list of directories that is not empty',
      value,
    );
  }
  // Not map(), which leaves out holes.
  const paths = Array.from(value, (path, index) => checkPath(`copyOnWrite[${index}]`, path));
  return paths.includes('/') || paths;
}
