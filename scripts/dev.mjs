// @ts-check
// Builds what changes and runs tests again, on a hostile host:
//   npm run dev                                      everything that a change touches
//   npm run dev -- test/kernel/operations/bind.test.ts
import { spawn } from 'node:child_process';
import path from 'node:path';

const repository = path.resolve(import.meta.dirname, '..');
const env = { ...process.env, PATH: `${repository}/node_modules/.bin:${process.env.PATH}` };
const build = spawn('tsc', ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], {
  cwd: repository,
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});

/** @type {import('node:child_process').ChildProcess | undefined} */
let tests;
build.stdout.setEncoding('utf8').on('data', (text) => {
  const failed = /error TS/.test(text);
  if (failed) process.stdout.write(text);
  // The first build has to be done before Vitest loads its own configuration, which is part of it.
  if (tests !== undefined || failed || !text.includes('Found 0 errors')) return;
  const command = ['test/hostile-host.mjs', 'vitest', '--watch', ...process.argv.slice(2)];
  tests = spawn(process.execPath, command, { cwd: repository, env, stdio: 'inherit' });
  tests.on('exit', (code) => {
    build.kill();
    process.exitCode = code ?? 1;
  });
});
