import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, inject, onTestFinished } from 'vitest';

import { WITHOUT_SYS_ADMIN } from '../unprivileged.js';
import { nodes } from './versions.js';
import { programOf } from './vitest-run.js';

/** Where a run takes place: what makes the command that the run's own is handed to. */
export const places = {
  root: () => [],
  'user namespace': () => WITHOUT_SYS_ADMIN,
  chroot: () => inRoot('chroot'),
  container: () => inRoot('pivot_root'),
  'container without privileges': () => [...inRoot('pivot_root'), SETPRIV, ...WITHOUT_SYS_ADMIN.slice(1)],
} satisfies Record<string, () => readonly string[]>;

export type Place = keyof typeof places;

/**
 * A command that runs the one behind it in a root file system with Node, the installed packages and BusyBox, and
 * nothing else: as small as an image of Alpine, with glibc.
 */
function inRoot(entering: 'chroot' | 'pivot_root'): readonly string[] {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-root-'));
  onTestFinished(() => {
    // What is removed must not be a mount of the machine.
    expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(root);
    fs.rmSync(root, { recursive: true });
  });
  fs.chmodSync(root, 0o755);
  for (const name of DIRECTORIES) fs.mkdirSync(path.join(root, name), { recursive: true });
  for (const file of [...DEVICES, '/etc/hostname', '/etc/hosts']) fs.writeFileSync(path.join(root, file), '');
  const [busybox, setpriv] = [findProgram('busybox'), findProgram('setpriv')];
  copy(busybox, path.join(root, 'bin/busybox'));
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n').filter(Boolean);
  for (const applet of applets.filter((name) => name !== 'busybox'))
    fs.symlinkSync('busybox', path.join(root, 'bin', applet));
  copy(setpriv, path.join(root, SETPRIV));
  for (const library of [...librariesOf(setpriv), ...nodes.flatMap((node) => librariesOf(programOf(node)))]) {
    copy(library, path.join(root, library));
    // The native modules of Vite and Jest load this part of libc besides.
    const realTime = path.join(path.dirname(library), 'librt.so.1');
    if (path.basename(library) === 'libc.so.6') copy(realTime, path.join(root, realTime));
  }
  const installed = inject('installed');
  fs.mkdirSync(path.join(root, installed), { recursive: true });
  return ['sh', path.join(import.meta.dirname, 'enter-root.sh'), entering, root, installed];
}

function copy(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
}

function librariesOf(program: string): string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, library]) => library as string);
}

function findProgram(name: string): string {
  return execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim();
}

/** Not in the search path: what is tested finds only BusyBox's. */
const SETPRIV = '/opt/setpriv';
const DIRECTORIES = ['bin', 'dev', 'etc', 'mnt', 'old', 'proc', 'srv', 'tmp', 'usr/bin', 'usr/share'];
const DEVICES = ['/dev/null', '/dev/zero', '/dev/full'];
