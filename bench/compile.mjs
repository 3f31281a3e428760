import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** Compiles a C program of this folder into `directory`. Returns where it is. */
export function compile(name, directory) {
  const program = path.join(directory, name);
  execFileSync('cc', ['-O2', '-o', program, path.join(import.meta.dirname, `${name}.c`)]);
  return program;
}
