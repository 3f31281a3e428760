// @ts-check
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { contextOf } from './code-context.mjs';
import { repository } from './pages.mjs';

/** @typedef {{ name: string, extension: string, text: string, given?: string }} Sample */

/** Languages of code blocks that tsc checks, and the extension of a file of each. */
export const checkedLanguages = /** @type {Record<string, string>} */ ({
  ts: '.ts',
  cts: '.cts',
  js: '.js',
  mjs: '.mjs',
  cjs: '.cjs',
});

/**
 * Type-checks pieces of code, each as a module of its own, as in a project that has installed this package.
 *
 * @param {Sample[]} samples
 * @returns {string} what tsc prints: nothing when all is well
 */
export function typeCheck(samples) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-docs-'));
  try {
    install(directory);
    for (const { name, extension, text, given } of samples) {
      if (/@ts-(ignore|nocheck)/.test(text))
        return `${name}: @ts-ignore and @ts-nocheck are no part of an example`;
      // In one line, so that the numbers of the lines below stay those of the block.
      const context = given === undefined ? [] : contextOf(given);
      fs.writeFileSync(
        path.join(directory, `${name}${extension}`),
        `${[...context, 'export {};'].join(' ')}\n${text}`,
      );
    }
    const tsc = path.join(repository, 'node_modules/typescript/bin/tsc');
    const { stdout, stderr, error } = spawnSync(
      process.execPath,
      [tsc, '-p', directory, '--pretty', 'false'],
      {
        cwd: directory,
        encoding: 'utf8',
      },
    );
    if (error !== undefined) throw error;
    return stdout + stderr;
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** @param {string} directory */
function install(directory) {
  const modules = path.join(directory, 'node_modules');
  fs.mkdirSync(modules);
  fs.symlinkSync(repository, path.join(modules, 'mountns'));
  const installed = path.join(repository, 'node_modules');
  for (const name of fs.readdirSync(installed))
    if (!name.startsWith('.')) fs.symlinkSync(path.join(installed, name), path.join(modules, name));
  fs.writeFileSync(path.join(directory, 'package.json'), '{ "type": "module" }');
  fs.writeFileSync(path.join(directory, 'tsconfig.json'), JSON.stringify(TSCONFIG));
}

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noEmit: true,
    allowJs: true,
    checkJs: true,
    skipLibCheck: true,
  },
  include: ['*'],
};
