import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Mount, readMounts } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../temporary-directory.js';
import { prepareHost, prepareRoot, runAsUser } from '../user-namespace/user-host.js';

const PRELOAD = path.resolve('dist/src/register.cjs');
// A process that knows nothing of the namespace that this test runs in.
const env = { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' };

function run(args: string[], code: string, extra: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [...args, '-e', code], { encoding: 'utf8', env: { ...env, ...extra } });
}

function temporaryFile(name: string, content: string): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-enter-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  const file = path.join(directory, name);
  fs.writeFileSync(file, content);
  return file;
}

const LINKS = `
  const link = '/proc/thread-self/ns/mnt';
  const { execFileSync } = require('node:child_process');
  (async () => console.log(JSON.stringify([
    fs.readlinkSync(link), await fs.promises.readlink(link), execFileSync('readlink', [link], { encoding: 'utf8' }).trim(),
  ])))();`;

test('the host of these tests is hostile: its / is shared', () => {
  const host = fs.readFileSync(`/proc/${process.ppid}/mountinfo`, 'utf8');
  expect(host.split('\n').find((line) => line.split(' ')[4] === '/')).toMatch(/ shared:\d+ /);
});

test('sync code, async code and children are in one namespace that is not the parent’s', () => {
  const { stdout, stderr } = run(['--require', PRELOAD], LINKS);
  expect(stderr).toBe('');
  const links = new Set(JSON.parse(stdout));
  expect(links.size).toBe(1);
  expect([...links]).not.toContain(fs.readlinkSync('/proc/thread-self/ns/mnt'));
});

test('no mount made inside appears outside, nor the reverse', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-enter-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  const script = `
    require('node:child_process').execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', ${JSON.stringify(directory)}]);
    console.log(fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(${JSON.stringify(directory)}));
    console.log(/ (shared|master):/.test(fs.readFileSync('/proc/self/mountinfo', 'utf8')));`;
  expect(run(['--require', PRELOAD], script).stdout).toBe('true\nfalse\n');
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
});

test('needs no setns(2) where the root directory is a mount point', () => {
  const filter = path.resolve('test/kernel/user-namespace/seccomp.cjs');
  const args = [filter, 'setns', process.execPath, '--require', PRELOAD];
  const { stdout, stderr } = run(args, 'console.log(process.pid)');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\d+\n$/);
});

test('nor where the root directory is that of a chroot, and no mount point', ({ ns }) => {
  const host = prepareHost(ns);
  const root = prepareRoot(host);
  const before = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  const command = [process.execPath, '--require', host.preload, '-p', '1'];
  const entered = runAsUser(host, command, { prefix: ['chroot', root] });
  expect(entered).toMatchObject({ status: 0, stdout: '1\n', stderr: '' });
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
});

test('a descendant that was given another namespace enters one of its own', () => {
  const script = `import('${path.resolve('dist/src/index.js')}').then(({ withMountNamespace }) =>
    withMountNamespace(() => console.log(process.env.MOUNTNS_NAMESPACE)));`;
  const command = ['--mount', process.execPath, '--require', PRELOAD, '--eval', script];
  const { stdout, stderr } = spawnSync('unshare', command, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\d+\n$/);
  expect(stdout).not.toBe(`${process.env.MOUNTNS_NAMESPACE}\n`);
});

test('a process that is said to live in the namespace of the host enters one of its own', () => {
  const host = fs.readlinkSync('/proc/thread-self/ns/mnt');
  const id = String(fs.statSync('/proc/thread-self/ns/mnt').ino);
  const marks = { MOUNTNS_NAMESPACE: id, MOUNTNS_HOST: `${id},${process.pid}` };
  const { stdout, stderr } = run(
    ['--require', PRELOAD],
    'console.log(fs.readlinkSync("/proc/self/ns/mnt"))',
    marks,
  );
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^mnt:/);
  expect(stdout).not.toBe(`${host}\n`);
});

test('worker threads and descendants live in the same namespace, and do not enter again', () => {
  const script = `
    const { Worker } = require('node:worker_threads');
    const { execFileSync } = require('node:child_process');
    const link = '/proc/thread-self/ns/mnt';
    const child = execFileSync(process.execPath, ['--require', ${JSON.stringify(PRELOAD)}, '-p', \`fs.readlinkSync('\${link}')\`], { encoding: 'utf8' });
    const thread = new Worker(\`require('node:worker_threads').parentPort.postMessage(require('node:fs').readlinkSync('\${link}'))\`, { eval: true });
    thread.on('message', (seen) => console.log(JSON.stringify([fs.readlinkSync(link), child.trim(), seen])));`;
  const { stdout, stderr } = run(['--require', PRELOAD], script);
  expect(stderr).toBe('');
  expect(new Set(JSON.parse(stdout)).size).toBe(1);
});

test('a descendant in another pid namespace too, where /proc is no longer that of its own', () => {
  const command = ['--pid', '--fork', '--', process.execPath, '--require', PRELOAD, '-p', 'process.pid'];
  const script = `process.stdout.write(require('node:child_process').execFileSync('unshare', ${JSON.stringify(command)}))`;
  expect(run(['--require', PRELOAD], script)).toMatchObject({ status: 0, stdout: '1\n', stderr: '' });
});

test('descendants of descendants know the host', () => {
  const last = `import('${path.resolve('dist/src/index.js')}').then(({ readMounts }) =>
    console.log(readMounts('host').at('/').id));`;
  const start = (
    code: string,
  ) => `process.stdout.write(require('node:child_process').execFileSync(process.execPath,
    ['--require', ${JSON.stringify(PRELOAD)}, '-e', ${JSON.stringify(code)}]));`;
  const { stdout, stderr } = run(['--require', PRELOAD], start(start(last)));
  const { id } = readMounts('self').at('/') as Mount;
  expect({ stdout, stderr }).toEqual({ stdout: `${id}\n`, stderr: '' });
});

test('a second copy of this package does not enter again', () => {
  const script = `
    for (const file of Object.keys(require.cache)) delete require.cache[file];
    require(${JSON.stringify(PRELOAD)});
    import(${JSON.stringify(path.resolve('dist/src/index.js'))}).then(({ withMountNamespace }) =>
      withMountNamespace(() => console.log('in a scope')));`;
  const { stdout, stderr } = run(['--require', PRELOAD], script);
  expect({ stdout, stderr }).toEqual({ stdout: 'in a scope\n', stderr: '' });
});

test('a worker_thread of a process that has entered none is told that', () => {
  const inThread = `import('${path.resolve('dist/src/index.js')}').then(({ withMountNamespace }) =>
    withMountNamespace(() => {})).catch(({ message }) => console.log(message.split(':')[0]))`;
  const script = `new (require('node:worker_threads').Worker)(${JSON.stringify(inThread)}, { eval: true })`;
  expect(run([], script)).toMatchObject({ stdout: 'no mount namespace was entered\n', stderr: '' });
});

test('that this is a user namespace is known also where a test has covered /proc', () => {
  const script = `import('${path.resolve('dist/src/index.js')}').then(({ withMountNamespace }) =>
    withMountNamespace((ns) => {
      ns.tmpfs('/proc');
      ns.tmpfs('/mnt');
      for (const name of ['upper', 'work']) fs.mkdirSync('/mnt/' + name);
      ns.overlay('/etc', { upper: '/mnt/upper', work: '/mnt/work' });
      console.log(ns.mounts().at('/etc').superOptions.includes('userxattr'));
    }));`;
  const command = [
    '--user',
    '--map-root-user',
    '--mount',
    process.execPath,
    '--require',
    PRELOAD,
    '-e',
    script,
  ];
  const { stdout, stderr } = spawnSync('unshare', command, { encoding: 'utf8', env });
  expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' });
});

test('a process that node:test starts has a namespace of its own, and shares it with those that it starts', () => {
  const node = `execFileSync(process.execPath, ['--require', ${JSON.stringify(PRELOAD)}, '-e', code], { encoding: 'utf8', env })`;
  const inner = `const link = fs.readlinkSync('/proc/thread-self/ns/mnt');
    const { execFileSync } = require('node:child_process');`;
  const child = `${inner} console.log(link);`;
  const test = `${inner} const { env } = process, code = ${JSON.stringify(child)}; console.log(link + ' ' + ${node});`;
  const script = `${inner} const env = { ...process.env, NODE_TEST_CONTEXT: 'child-v8' }, code = ${JSON.stringify(test)};
    console.log(link + ' ' + ${node});`;
  const { stdout, stderr } = run(['--require', PRELOAD], script);
  expect(stderr).toBe('');
  const [runner, file, descendant] = stdout.trim().split(' ');
  expect(runner).toMatch(/^mnt:/);
  expect(file).not.toBe(runner);
  expect(descendant).toBe(file);
});

test('takes the working directory along, whatever bytes its path has', () => {
  const directory = temporaryDirectory();
  const place = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xe9])]);
  fs.mkdirSync(place);
  const script = `cd "$0"/* && exec ${process.execPath} --require ${PRELOAD} -p 'fs.readlinkSync("/proc/self/cwd", "hex")'`;
  const { stdout, stderr } = spawnSync('sh', ['-c', script, directory], { encoding: 'utf8', env });
  expect({ stdout, stderr }).toEqual({ stdout: `${place.toString('hex')}\n`, stderr: '' });
});

describe('refuses to run', () => {
  test('in a directory that is deleted', () => {
    const script = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"';
    const directory = path.join(os.tmpdir(), `mountns-enter-${process.pid}`);
    const command = [process.execPath, '--require', PRELOAD, '--eval', 'console.log(1)'];
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, directory, ...command], {
      encoding: 'utf8',
      env,
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      'NamespaceError: cannot enter a mount namespace: chdir(2) ENOENT\n' +
        '  why:  no path leads to the working directory: it was deleted, or a directory above it may not be entered\n' +
        '  fix:  start in another directory: cd /\n' +
        `  call: chdir("${directory} (deleted)") = -1\n`,
    );
  });

  test('where /proc is that of another pid namespace: its numbers are those of other processes', () => {
    const command = [
      '--pid',
      '--fork',
      '--',
      process.execPath,
      '--require',
      PRELOAD,
      '--eval',
      'console.log(1)',
    ];
    const { status, stdout, stderr } = spawnSync('unshare', command, { encoding: 'utf8', env });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^NamespaceError: \/proc belongs to another pid namespace\n {2}why: {2}this is process 1, and \/proc\/self leads to \d+\n {2}fix: {2}.*--mount-proc/,
    );
    const own = spawnSync('unshare', ['--mount-proc', ...command], { encoding: 'utf8', env });
    expect(own).toMatchObject({ status: 0, stdout: '1\n', stderr: '' });
  });

  test('when the thread pool was running before', () => {
    const early = temporaryFile('early.cjs', "require('node:fs').readlink('/proc', () => {});");
    const { status, stdout, stderr } = run(['--require', early, '--require', PRELOAD], 'console.log(1)');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      'NamespaceError: mountns refuses to run: this process is not wholly inside its mount namespace\n' +
        '  why:  the thread pool of Node was already running when the namespace was entered, so async code would see the host\n',
    );
  });

  test.each([
    [
      'async code is elsewhere',
      `const { readlink } = fs;
       fs.readlink = (file, done) => readlink(file, (error) => done(error, 'mnt:[1]'));`,
      /^sync code is in mnt:\[\d+\], async code on the thread pool is in mnt:\[1\]\n/,
    ],
    [
      'a thread of the pool is elsewhere',
      `const { readlinkSync } = fs;
       fs.readlinkSync = (file, ...options) =>
         /\\/task\\//.test(file) ? 'mnt:[1]' : readlinkSync(file, ...options);`,
      /^sync code is in mnt:\[\d+\], thread \d+ of the pool is in mnt:\[1\]\n/,
    ],
  ])('where %s', (_, spoil, why) => {
    const early = temporaryFile('early.cjs', `const fs = require('node:fs'); ${spoil}`);
    const { status, stderr } = run(['--require', early, '--require', PRELOAD], '1');
    expect(status).not.toBe(0);
    const [, found] = stderr.split(
      'NamespaceError: mountns refuses to run: this process is not wholly inside its mount namespace\n  why:  ',
    );
    expect(found).toMatch(why);
  });

  test.each(['shared', 'slave'])('where a mount is still %s', (propagation) => {
    const early = temporaryFile(
      'early.cjs',
      `require('${path.resolve('dist/native/mount.cjs')}').mount = () => {};
       require('${path.resolve('dist/native/mount-tree.cjs')}').mountSetattr = () => {};`,
    );
    // The shell stays: a slave whose master is gone is private.
    const tie = `mount --make-rshared / && unshare --mount --propagation ${propagation} "$@"; exit $?`;
    const node = [process.execPath, '--require', early, '--require', PRELOAD, '-p', '1'];
    const command = ['--mount', 'sh', '-c', tie, 'sh', ...node];
    const { status, stdout, stderr } = spawnSync('unshare', command, { encoding: 'utf8', env });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^NamespaceError: mountns refuses to run: .*\n {2}why: {2}a mount is still tied to another namespace: \d+ .* (shared|master):\d+ - /,
    );
  });

  test('with io_uring', () => {
    const { status, stderr } = run(['--require', PRELOAD], '1', { UV_USE_IO_URING: '1' });
    expect(status).toBe(1);
    expect(stderr).toContain(
      'mountns refuses to run with io_uring: async file operations would see the host',
    );
  });

  test('when its parent is gone already', () => {
    const { status, stdout } = run(['--require', PRELOAD], 'console.log(1)', { MOUNTNS_PARENT_PID: '1' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
});

test('dies with its parent', async () => {
  const child = `setInterval(() => {}, 1000); process.send(process.pid)`;
  const parent = `
    const { fork } = require('node:child_process');
    const file = ${JSON.stringify(temporaryFile('child.cjs', child))};
    fork(file, { execArgv: ['--require', ${JSON.stringify(PRELOAD)}] }).on('message', (pid) => console.log(pid));`;
  const runner = spawn(process.execPath, ['-e', parent], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [pid] = (await once(runner.stdout, 'data')).map((data) => Number(String(data)));
  // A pidfd would be better; a descriptor of the process' /proc directory fails with ESRCH once it is reaped.
  const status = fs.openSync(`/proc/${pid}/stat`, 'r');
  onTestFinished(() => fs.closeSync(status));
  runner.kill('SIGKILL');
  await once(runner, 'exit');
  await expect.poll(() => isRunning(status), { interval: 5, timeout: 5_000 }).toBe(false);
});

test('a process that lives in the namespace of its parent may outlive it, as a daemon does', () => {
  const daemon = temporaryFile(
    'daemon.cjs',
    `process.stdin.once('end', () => { console.log('lives'); }).resume(); process.send('ready');`,
  );
  const starter = temporaryFile(
    'starter.cjs',
    `require('node:child_process').fork(${JSON.stringify(daemon)}).on('message', () => process.exit());`,
  );
  const script = `
    const { fork } = require('node:child_process');
    const starter = fork(${JSON.stringify(starter)}, { stdio: ['pipe', 'inherit', 'inherit', 'ipc'] });
    starter.on('exit', () => starter.stdin.end());`;
  expect(run(['--require', PRELOAD], script)).toMatchObject({ stdout: 'lives\n', stderr: '', status: 0 });
});

function isRunning(statFile: number): boolean {
  try {
    const stat = Buffer.alloc(512);
    const length = fs.readSync(statFile, stat, 0, stat.length, 0);
    return !/\) [ZX] /.test(stat.toString('utf8', 0, length));
  } catch {
    return false;
  }
}
