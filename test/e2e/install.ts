import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

import { nodes } from './versions.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A directory with one folder for each runner, in which the packed package and that runner are installed. */
    installed: string;
  }
}

const repository = path.resolve(import.meta.dirname, '../..');

/** Packs this package once and installs it beside each runner, as a user would. */
export default async function install(project: TestProject): Promise<() => Promise<void>> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-e2e-'));
  // Some tests run as another user.
  fs.chmodSync(directory, 0o755);
  const packed = await npm(repository, 'pack', '--json', '--pack-destination', directory);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const tarball = path.join(directory, filename);
  const vitest4 = installedVersion('vitest');
  const folders = {
    vitest4: [tarball, `vitest@${vitest4}`, `@vitest/coverage-v8@${vitest4}`, '@types/node@20'],
    // Not a development dependency: npm can't hold both, their optional peers exclude each other.
    vitest5: [tarball, `vitest@${VITEST_5}`, `@vitest/coverage-v8@${VITEST_5}`, '@types/node@24'],
    mocha: [tarball, `mocha@${installedVersion('mocha')}`],
    jest30: [tarball, `jest@${installedVersion('jest')}`, '@types/jest@30', '@types/node@20', ...BABEL],
    bare: [tarball],
    // The oldest that the declarations are for; it has the service that editors ask for hints.
    typescript54: ['typescript@5.4'],
    pnpm: ['pnpm@10'],
    ...Object.fromEntries(
      nodes.map((node) => [node, [`node-linux-${process.arch}@${node.slice('node'.length)}`]]),
    ),
  };
  await Promise.all(
    Object.entries(folders).map(async ([name, packages]) => {
      const folder = path.join(directory, name);
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }');
      await npm(
        folder,
        'install',
        '--prefer-offline',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        ...packages,
      );
    }),
  );
  project.provide('installed', directory);
  return () => fs.promises.rm(directory, { recursive: true });
}

function installedVersion(name: string): string {
  const file = path.join(repository, 'node_modules', name, 'package.json');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)('npm', args, { cwd, encoding: 'utf8' })).stdout;
}

const VITEST_5 = '5.1.2';
const BABEL = ['@babel/preset-typescript@7', '@babel/plugin-transform-modules-commonjs@7'];
