import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A directory with one folder for each runner, in which the packed package and that runner are installed. */
    installed: string;
  }
}

const repository = path.resolve(import.meta.dirname, '../..');

/** Packs this package once and installs it beside each runner, as a user would. */
export default function install(project: TestProject): () => void {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-e2e-'));
  const packed = npm(repository, 'pack', '--json', '--pack-destination', directory);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const tarball = path.join(directory, filename);
  for (const [runner, packages] of Object.entries(runners())) {
    const folder = path.join(directory, runner);
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    npm(
      folder,
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      tarball,
      ...packages,
    );
  }
  project.provide('installed', directory);
  return () => fs.rmSync(directory, { recursive: true });
}

function runners(): Record<string, string[]> {
  const vitest4 = installedVersion('vitest');
  return {
    vitest4: [`vitest@${vitest4}`, `@vitest/coverage-v8@${vitest4}`],
    // Not a development dependency: npm can't hold both, their optional peers exclude each other. And it needs
    // a newer Node than this package does.
    vitest5: [`vitest@${VITEST_5}`, `@vitest/coverage-v8@${VITEST_5}`, `node-linux-${process.arch}@24`],
  };
}

function installedVersion(name: string): string {
  const file = path.join(repository, 'node_modules', name, 'package.json');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const VITEST_5 = '5.1.1';
