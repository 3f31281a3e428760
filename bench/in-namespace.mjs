import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { installed, preload } from './installed.mjs';

/** Runs a script of this folder in a namespace; it prints its rows as JSON. */
export function inNamespace(script, ...args) {
  const output = execFileSync(
    process.execPath,
    ['--require', preload, path.join(import.meta.dirname, script), ...args],
    { encoding: 'utf8', cwd: installed, maxBuffer: 2 ** 26 },
  );
  return JSON.parse(output);
}
