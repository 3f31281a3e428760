import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ratio } from '../measure.mjs';

const root = path.resolve(import.meta.dirname, '../..');

/** A whole scope against the system calls that a C program would make, with more and more mounts in the table. */
export default async function scopes({ quick }) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-bench-'));
  const loop = path.join(directory, 'unshare-loop');
  execFileSync('cc', ['-O2', '-o', loop, path.join(root, 'bench/unshare-loop.c')]);
  const rows = [];
  for (const mounts of [20, 200, 1000]) {
    for (const kind of ['empty', 'tmpfs']) {
      const rounds = quick ? 3 : 7;
      const own = [];
      const loops = [];
      const shells = [];
      for (let round = 0; round < rounds; round++) {
        own.push(
          ...inTable(mounts, directory, [
            process.execPath,
            '--require',
            path.join(root, 'dist/src/register.cjs'),
            path.join(root, 'bench/scope-loop.mjs'),
            kind,
            '200',
          ]),
        );
        loops.push(...inTable(mounts, directory, [loop, '200']));
        shells.push(...inTable(mounts, directory, ['bash', '-c', UNSHARE_LOOP]));
      }
      rows.push({
        what: `scope (${kind}), ${mounts} mounts`,
        against: 'C: unshare + rprivate + setns',
        ...ratio(own, loops),
        reach: kind === 'empty' ? 1 : undefined,
      });
      rows.push({
        what: `scope (${kind}), ${mounts} mounts`,
        against: 'unshare -m true',
        ...ratio(own.slice(0, shells.length), shells),
      });
    }
  }
  fs.rmSync(directory, { recursive: true });
  return rows;
}

/** Runs a command where the table has about that many mounts. Prints of it: one figure a line. */
function inTable(mounts, directory, command) {
  const own = fs.readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n').length;
  const script = `
    mkdir -p ${directory}/mounts && mount -t tmpfs bench ${directory}/mounts
    i=${own + 1}; while [ $i -lt ${mounts} ]; do mkdir ${directory}/mounts/$i; mount -t tmpfs bench ${directory}/mounts/$i; i=$((i+1)); done
    exec "$@"`;
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command];
  const output = execFileSync('unshare', args, { encoding: 'utf8', cwd: root });
  return output.trim().split('\n').map(Number);
}

const UNSHARE_LOOP =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's
  'for i in 1 2 3 4 5; do s=${EPOCHREALTIME/./}; unshare -m true; echo $((${EPOCHREALTIME/./} - s)); done';
