import { type ChildProcess, ChildProcess as Class, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';

import { posixSpawn } from '../../../native/spawn.cjs';
import { withPosixSpawn } from '../../../src/processes/posix-spawn.js';
import { temporaryDirectory } from '../../temporary-directory.js';

const MODULE = path.resolve('dist/src/processes/posix-spawn.js');

const sh = (script: string, ...args: string[]) =>
  withPosixSpawn(() => spawn('/bin/sh', ['-c', script, 'sh', ...args]));
const isOurs = (child: ChildProcess) =>
  (child as unknown as { _handle: object })._handle.constructor === Object;
const openFiles = () => fs.readdirSync('/proc/self/fd').length;

/** Runs a program that has these names, and returns what it printed. It fails if the program does not end. */
function run(program: string): string {
  const head = `import { spawn } from 'node:child_process';
    import { withPosixSpawn } from ${JSON.stringify(MODULE)};
    const sh = (script, options) => withPosixSpawn(() => spawn('/bin/sh', ['-c', script], options));`;
  const args = ['--input-type=module', '-e', head + program];
  return execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
}

afterEach(() => {
  expect(process.listenerCount('SIGCHLD')).toBe(0);
});

test.each([
  ['exit 0', [0, null]],
  ['exit 3', [3, null]],
  ['exit 255', [255, null]],
  ['kill -KILL $$', [null, 'SIGKILL']],
  ['kill -ABRT $$', [null, 'SIGABRT']],
])('tells how a process has ended: %s', async (script, end) => {
  const child = sh(script);
  expect(isOurs(child)).toBe(true);
  expect(await once(child, 'close')).toEqual(end);
  expect([child.exitCode, child.signalCode]).toEqual(end);
});

test('connects the standard streams', async () => {
  const child = sh('read line; echo "out $line $1"; echo err >&2', 'argument');
  const end = once(child, 'exit');
  child.stdin.end('in\n');
  expect(await Promise.all([text(child.stdout), text(child.stderr)])).toEqual(['out in argument\n', 'err\n']);
  await end;
});

// Each tells of itself: a shell blocks signals for a moment while it waits for what it runs.
test.each(['ls /proc/self/fd', 'grep ^Sig...: /proc/self/status'])(
  'a process has the descriptors and the signals that one of Node has: %s',
  async (command) => {
    const list = ['-c', `exec ${command}`];
    const children = [withPosixSpawn(() => spawn('/bin/sh', list)), spawn('/bin/sh', list)];
    expect(children.map(isOurs)).toEqual([true, false]);
    const ends = children.map((child) => once(child, 'close'));
    const [ours, nodes] = await Promise.all(children.map(({ stdout }) => text(stdout)));
    expect(ours).toBe(nodes);
    expect(ours).not.toBe('');
    await Promise.all(ends);
  },
);

test('passes messages in both directions, the environment and the arguments', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'child.cjs');
  fs.writeFileSync(
    file,
    `process.on('message', (message) => {
      process.send({ message, env: process.env.MARK, args: process.argv.slice(2) }, () => process.disconnect());
    });`,
  );
  const child = withPosixSpawn(() =>
    fork(file, ['ä b', ''], { serialization: 'advanced', env: { MARK: 'with = and ü' }, stdio: 'pipe' }),
  );
  expect(isOurs(child)).toBe(true);
  const message = new Map([[1, new Set([new Date(0)])]]);
  child.send(message);
  expect(await once(child, 'message')).toEqual([
    { message, env: 'with = and ü', args: ['ä b', ''] },
    undefined,
  ]);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('signals reach it', async () => {
  const child = sh('echo ready; read line');
  await once(child.stdout, 'data');
  expect(child.kill('SIGTERM')).toBe(true);
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  expect(child.kill()).toBe(false);
});

test('a detached one leads a session, another is in ours', async () => {
  const session = 'read -r _ _ _ _ _ id _ </proc/$$/stat; [ $id = $$ ] && echo leads';
  const start = (detached: boolean) =>
    withPosixSpawn(() =>
      spawn('/bin/sh', ['-c', session], { detached, stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  const children = [start(true), start(false)];
  expect(children.map(isOurs)).toEqual([true, true]);
  expect(await Promise.all(children.map(({ stdout }) => text(stdout)))).toEqual(['leads\n', '']);
  await Promise.all(children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'exit')));
});

test('of many that end at once each is told of, and nothing stays open', async () => {
  await once(sh('exit'), 'close');
  const before = openFiles();
  const children = Array.from({ length: 20 }, (_, index) => sh(`read line; exit ${index}`));
  const ends = children.map((child) => once(child, 'close'));
  for (const { stdin } of children) stdin.end();
  expect((await Promise.all(ends)).map(([code]) => code)).toEqual(children.map((_, index) => index));
  expect(openFiles()).toBe(before);
});

test('what it does not do Node does', async () => {
  const directory = temporaryDirectory();
  const before = openFiles();
  const elsewhere = withPosixSpawn(() => spawn('/bin/sh', ['-c', 'pwd'], { cwd: directory }));
  const inherited = withPosixSpawn(() => spawn('/bin/sh', ['-c', ':'], { stdio: 'inherit' }));
  const searched = withPosixSpawn(() => spawn('sh', ['-c', ':']));
  const missing = withPosixSpawn(() => spawn('/nowhere/program', ['argument']));
  const children = [elsewhere, inherited, searched, missing];
  expect(children.map(isOurs)).toEqual([false, false, false, false]);
  const closed = children.map((child) => new Promise((resolve) => child.once('close', resolve)));
  const [error] = await once(missing, 'error');
  expect(error).toMatchObject({
    code: 'ENOENT',
    syscall: 'spawn /nowhere/program',
    path: '/nowhere/program',
  });
  expect(await text(elsewhere.stdout)).toBe(`${directory}\n`);
  for (const { stdout, stderr } of children) stdout?.resume() && stderr?.resume();
  await Promise.all(closed);
  expect(openFiles()).toBe(before);
});

test('Node is as it was afterwards, also when nothing was started', async () => {
  const { spawn: before } = Class.prototype as unknown as { spawn: unknown };
  expect(() =>
    withPosixSpawn(() => {
      throw new Error('no');
    }),
  ).toThrow('no');
  expect((Class.prototype as unknown as { spawn: unknown }).spawn).toBe(before);
  const child = spawn('/bin/sh', ['-c', ':']);
  expect(isOurs(child)).toBe(false);
  await once(child, 'exit');
});

test('keeps the program alive until it has ended, unless it is not to', () => {
  expect(
    run(
      `sh('read line < /proc/self/cmdline; exit 4', { stdio: 'ignore' }).on('exit', (code) => console.log('ended', code));`,
    ),
  ).toBe('ended 4\n');
  expect(
    run(`const child = sh('read line', { stdio: ['pipe', 'ignore', 'ignore'] });
      child.unref(); child.stdin.unref(); process.on('exit', () => console.log('left', child.exitCode));`),
  ).toBe('left null\n');
});

test('a listener that throws does not keep others from being told', () => {
  expect(
    run(`process.on('uncaughtException', ({ message }) => console.log(message));
      const children = [1, 2, 3].map((code) => sh('read line; exit ' + code));
      for (const child of children) child.on('exit', (code) => { throw new Error('ended ' + code); });
      for (const child of children) child.stdin.end();`)
      .split('\n')
      .sort(),
  ).toEqual(['', 'ended 1', 'ended 2', 'ended 3']);
});

test('a thread, which no signal reaches, is told too', async () => {
  const program = `import(${JSON.stringify(MODULE)}).then(({ withPosixSpawn }) => {
    const { spawn } = require('node:child_process');
    const child = withPosixSpawn(() => spawn('/bin/sh', ['-c', 'exit 5'], { stdio: 'ignore' }));
    child.on('exit', (code) => require('node:worker_threads').parentPort.postMessage(code));
  });`;
  expect(await once(new Worker(program, { eval: true }), 'message')).toEqual([5]);
});

test('refuses what it can not do, and names it', () => {
  const options = { argv: ['sh'], env: [], isDetached: false };
  const file = fs.openSync('/dev/null', 'r');
  try {
    expect(() => posixSpawn('/nowhere', { ...options, descriptors: [file] })).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'posix_spawn', path: '/nowhere' }),
    );
    expect(() => posixSpawn('/bin/sh', { ...options, descriptors: [file, 1] })).toThrow('descriptors: 1 is');
    expect(() => posixSpawn('', { ...options, descriptors: [] })).toThrow('file must not be empty');
  } finally {
    fs.closeSync(file);
  }
});
