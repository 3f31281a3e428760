import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

import { LEAKS } from './host-table.js';

/** A directory on the host with empty directories in it; file systems are mounted on those of `mounted`. */
export function hostDirectory({
  empty = [],
  mounted = [],
}: {
  empty?: string[];
  mounted?: string[];
}): string {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), LEAKS));
  onTestFinished(() => {
    const table = fs.readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n').reverse();
    const points = table.map((line) => line.split(' ')[4] as string);
    for (const point of points) if (point.startsWith(`${directory}/`)) execFileSync('umount', [point]);
    fs.rmSync(directory, { recursive: true });
  });
  for (const name of [...empty, ...mounted]) fs.mkdirSync(path.join(directory, name));
  for (const name of mounted) mountOnHost(path.join(directory, name));
  return directory;
}

export function mountOnHost(directory: string): void {
  execFileSync('mount', ['-t', 'tmpfs', 'mountns-host', directory]);
}
