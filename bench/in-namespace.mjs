import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** Runs a script of this folder in a namespace; it prints its rows as JSON. */
export function inNamespace(script, ...args) {
  const output = execFileSync(
    process.execPath,
    ['--require', path.join(root, 'dist/src/register.cjs'), path.join(root, 'bench', script), ...args],
    { encoding: 'utf8', cwd: root, maxBuffer: 2 ** 26 },
  );
  return JSON.parse(output);
}
