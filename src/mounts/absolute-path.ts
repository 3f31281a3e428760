import { normalize } from 'node:path/posix';
import { invalidArgument } from '../errors/invalid-argument.js';

/**
 * `path` as the kernel writes mount points: no `.`, no empty parts, no slash at the end. Symbolic links are
 * not followed.
 */
export function absolutePath(path: unknown): string {
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw Object.assign(invalidArgument('path must be an absolute path', path), {
      code: typeof path === 'string' ? 'ERR_INVALID_ARG_VALUE' : 'ERR_INVALID_ARG_TYPE',
    });
  }
  const normal = normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** Whether `path` lies below `directory`; `/foobar` does not lie below `/foo`. */
export function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** `/b/c` for `/a/b/c` in `/a`, and nothing for `/a` itself. */
export function pathBelow(path: string, directory: string): string {
  if (!isBelow(path, directory)) return '';
  return directory === '/' ? path : path.slice(directory.length);
}

/** `/a/b` for `/a` and `/b`. */
export function join(directory: string, below: string): string {
  return directory === '/' ? below || '/' : directory + below;
}

/** `/a`, `/a/b`, `/a/b/c` for `/a/b/c`. */
export function ancestors(path: string): string[] {
  const parts = path.split('/').slice(1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/** Orders text by its UTF-16 units, whatever the language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
