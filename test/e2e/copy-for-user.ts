import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { UID } from '../unprivileged.js';
import type { Runner } from './vitest-run.js';

/** A copy of the fixture, or of another directory by its path, that belongs to the user, as do all directories above it but the temporary one. */
export function copyForUser(fixture: string, runner: Runner): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-user-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  fs.cpSync(path.resolve(import.meta.dirname, 'fixtures', fixture), directory, {
    recursive: true,
    filter: (file) => path.basename(file) !== 'node_modules',
  });
  fs.writeFileSync(path.join(directory, 'package.json'), '{ "private": true, "type": "module" }');
  const installed = path.join(inject('installed'), runner, 'node_modules');
  const modules = path.join(directory, 'node_modules');
  fs.mkdirSync(modules);
  for (const name of fs.readdirSync(installed).filter((each) => !each.startsWith('.'))) {
    fs.symlinkSync(path.join(installed, name), path.join(modules, name));
  }
  execFileSync('chown', ['-Rh', `${UID}:${UID}`, directory]);
  return directory;
}
