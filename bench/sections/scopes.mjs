import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compile } from '../compile.mjs';
import { makeContainer } from '../container.mjs';
import { installed, preload } from '../installed.mjs';
import { ratio } from '../measure.mjs';

/** A whole scope against the system calls that a C program would make, with more and more mounts in the table. */
export default async function scopes({ quick }) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-bench-'));
  const loop = compile('unshare-loop', directory);
  const rows = [];
  for (const mounts of [20, 200, 1000]) {
    for (const [kind, warmUp, reach] of [
      // V8 has compiled what runs often by then.
      ['empty', 2000, 1],
      ['empty', 20],
      ['tmpfs', 20],
      ['missing', 20],
    ]) {
      const rounds = quick ? 3 : 7;
      const own = [];
      const loops = [];
      const shells = [];
      for (let round = 0; round < rounds; round++) {
        own.push(...inTable(mounts, directory, scopeLoop(kind, 200, warmUp)));
        loops.push(...inTable(mounts, directory, [loop, '200']));
        shells.push(...inTable(mounts, directory, ['bash', '-c', UNSHARE_LOOP]));
      }
      const what = `scope (${kind === 'missing' ? 'tmpfs on a missing mount point' : kind}), after ${warmUp}, ${mounts} mounts`;
      rows.push({ what, against: 'C: unshare + rprivate + setns', ...ratio(own, loops), reach });
      rows.push({ what, against: 'unshare -m true', ...ratio(own.slice(0, shells.length), shells) });
    }
  }
  const container = makeContainer(path.join(directory, 'bundle'));
  if (container === undefined) console.error('scopes: no container can be run here with runc');
  else rows.push(againstContainer(container, directory, quick ? 3 : 15));
  fs.rmSync(directory, { recursive: true });
  return rows;
}

function againstContainer(container, directory, rounds) {
  const scope = [];
  const containers = [];
  for (let round = 0; round < rounds; round++) {
    scope.push(inTable(20, directory, scopeLoop('tmpfs', 1, 20))[0] / 1000);
    containers.push(container());
  }
  return { what: 'scope (tmpfs), 20 mounts', against: 'runc run of true', ...ratio(scope, containers) };
}

/** Times whole scopes: microseconds, one a line. */
function scopeLoop(kind, count, warmUp) {
  return [
    process.execPath,
    '--require',
    preload,
    path.join(installed, 'bench/scope-loop.mjs'),
    kind,
    String(count),
    String(warmUp),
  ];
}

/** Runs a command where the table has about that many mounts. Prints of it: one figure a line. */
function inTable(mounts, directory, command) {
  const own = fs.readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n').length;
  const script = `
    mkdir -p ${directory}/mounts && mount -t tmpfs bench ${directory}/mounts
    seq -f '${directory}/mounts/%g' ${own + 1} ${mounts - 1} | xargs -r mkdir
    seq -f 'bench ${directory}/mounts/%g tmpfs' ${own + 1} ${mounts - 1} > ${directory}/mounts/fstab
    mount --all --fstab ${directory}/mounts/fstab
    exec "$@"`;
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command];
  const output = execFileSync('unshare', args, { encoding: 'utf8', cwd: installed });
  return output.trim().split('\n').map(Number);
}

const UNSHARE_LOOP =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's
  'for i in 1 2 3 4 5; do s=${EPOCHREALTIME/./}; unshare -m true; echo $((${EPOCHREALTIME/./} - s)); done';
