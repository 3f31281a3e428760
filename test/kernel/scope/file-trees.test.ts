import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'mountns/vitest';

const dist = path.resolve('dist');

/** What a process has that runs `file` and then ends it; `isCopied` is whether that took a new copy of the tree. */
function runFile(file: string) {
  const script = `
    const readTable = () => fs.readFileSync('/proc/self/mountinfo', 'utf8').replace(/^\\d+ \\d+ /gm, '');
    const readState = () => ({
      cwd: process.cwd(), umask: process.umask(), root: fs.statSync('/').ino, table: readTable(),
    });
    const before = readState();
    let isCopied = false;
    ${file}
    hookSystemCalls((name) => {
      isCopied ||= name === 'open_tree';
    });
    await trees.next();
    hookSystemCalls(undefined);
    if (!fs.existsSync(before.cwd)) process.chdir(before.cwd = '/');
    console.log(JSON.stringify({ isCopied, before, after: readState() }));`;
  return runScript<{ isCopied: boolean; before: object; after: object }>(script).printed;
}

/** What a process prints that runs several files, and what is in its working directory afterwards. */
function runScript<T>(code: string) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-files-'));
  const script = `
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import fs from 'node:fs';
    import { constants } from 'node:os';
    import { setImmediate } from 'node:timers/promises';
    import { MNT_DETACH, MOUNT_ATTR_RDONLY, MS_REC, MS_SHARED } from '${dist}/native/constants.cjs';
    import { chroot } from '${dist}/native/directories.cjs';
    import { hookSystemCalls } from '${dist}/native/libc.cjs';
    import { mount, umount2 } from '${dist}/native/mount.cjs';
    import { mountSetattr, openTree } from '${dist}/native/mount-tree.cjs';
    import { notices } from '${dist}/src/processes/notices.js';
    import { FileTrees } from '${dist}/src/scope/file-trees.js';
    import { scopes } from '${dist}/src/scope/scopes.js';
    import { enterMountNamespace, withMountNamespace } from '${dist}/src/index.js';

    const trees = new FileTrees();
    ${code}`;
  try {
    const node = ['--require', `${dist}/src/register.cjs`, '--input-type=module', '--eval', script];
    const env = { ...process.env, MOUNTNS_NAMESPACE: '' };
    const options = { cwd: directory, env, encoding: 'utf8', stdio: 'pipe' } as const;
    const printed = JSON.parse(execFileSync(process.execPath, node, options)) as T;
    return { printed, left: fs.existsSync(directory) ? fs.readdirSync(directory) : [] };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

test.each([
  ['nothing', ''],
  ['nothing, twice', 'await trees.next();'],
  [
    'another working directory, root and umask',
    "process.chdir('/'); process.umask(0); chroot('/proc/self');",
  ],
  ['propagation types', "mount({ target: '/', flags: MS_REC | MS_SHARED });"],
])('a file that changed %s leaves its tree to the next one', (_, file) => {
  const { isCopied, before, after } = runFile(file);
  expect(after).toEqual(before);
  expect(isCopied).toBe(false);
});

test('no file is run after one whose tree could not be left', () => {
  const file = `
    mount({ source: 'decoy', target: '/mnt', type: 'tmpfs' });
    hookSystemCalls((name) => (name === 'umount2' ? constants.errno.EIO : undefined));
    const [{ reason }] = await Promise.allSettled([trees.next()]);
    console.log(JSON.stringify({ code: reason?.code, isSpent: trees.isSpent }));
    process.exit();`;
  expect(runFile(file)).toEqual({ code: 'EIO', isSpent: true });
});

test.each([
  ['mounted something', "mount({ source: 'decoy', target: '/mnt', type: 'tmpfs' });"],
  ['unmounted something', "umount2('/dev/shm', MNT_DETACH);"],
  ['remounted something', "mountSetattr(openTree('/', 0), 0, { attrSet: MOUNT_ATTR_RDONLY });"],
  ['opened a scope', 'await withMountNamespace(() => {});'],
  ['left a process running', "spawn('sleep', ['1000'], { stdio: 'ignore' });"],
  ['removed the working directory', 'fs.rmdirSync(process.cwd());'],
  [
    'began beside a process',
    `const beside = spawn('unshare', ['--mount', 'sleep', '1000'], { stdio: 'ignore' });
     const namespaceOf = (pid) => fs.readlinkSync(\`/proc/\${pid}/ns/mnt\`);
     while (namespaceOf(beside.pid) === namespaceOf('self')) await setImmediate();
     await trees.next();
     beside.kill();
     await once(beside, 'exit');`,
  ],
])('the file after one that %s has a new copy of the tree', (_, file) => {
  const { isCopied, before, after } = runFile(file);
  expect(after).toEqual(before);
  expect(isCopied).toBe(true);
});

test('a process in which code of a test goes on is spent, and that code does not reach the host', () => {
  const script = `
    trees.startTest();
    let goOn;
    const told = new Promise((resolve) => { goOn = resolve; });
    const late = withMountNamespace(async () => {
      await told;
      fs.writeFileSync('escaped', '');
    });
    while (scopes.open.length === 0) await setImmediate();
    await trees.endTest('a test');
    const { isSpent } = trees;
    const { message } = await trees.next();
    goOn();
    await late;
    console.log(JSON.stringify({ isSpent, message: message.split('\\n')[0], written: fs.readdirSync('.') }));`;
  expect(runScript(script)).toEqual({
    printed: { isSpent: true, message: 'test "a test" ended with a scope still open', written: ['escaped'] },
    left: [],
  });
});

test('a process that has to stay with the code of a test is spent, too', () => {
  const script = `
    trees.startTest();
    await enterMountNamespace();
    hookSystemCalls((name) => (name === 'fsopen' ? constants.errno.EIO : undefined));
    await trees.endTest('a test');
    hookSystemCalls(undefined);
    await trees.next();
    console.log(JSON.stringify([trees.isSpent, scopes.quarantine === undefined]));`;
  expect(runScript(script).printed).toEqual([true, true]);
});

test('a scope that was open before the tests of a file lasts until its end, and is given up then', () => {
  const script = `
    notices.print = () => {};
    await enterMountNamespace();
    trees.startTests();
    await trees.endTests();
    const { length } = scopes.open;
    const { message } = await trees.next();
    console.log(JSON.stringify([length, scopes.open.length, message.split('\\n')[0]]));`;
  const message = 'a test file ended with a scope still open';
  expect(runScript(script).printed).toEqual([1, 0, message]);
});

test('a handle that the hook of a test did not dispose of is told of as what it is', () => {
  const script = `
    const notes = [];
    notices.print = (notice) => notes.push(notice);
    trees.startTest();
    await enterMountNamespace();
    await trees.endTest('a test');
    const { message } = await trees.next();
    console.log(JSON.stringify({ notes, message: message.split('\\n')[0] }));`;
  const summary = 'test "a test" ended with a scope still open';
  expect(runScript(script).printed).toEqual({
    notes: [
      {
        summary,
        why:
          'a withMountNamespace() was not awaited or had not finished, or an enterMountNamespace() was not disposed of\n' +
          'its code would reach the host: what this process writes from now on is kept in memory only',
        fix: 'await withMountNamespace(…); await using ns = await enterMountNamespace(); or raise the time limit',
      },
    ],
    message: summary,
  });
});

test('of snapshots that are lost since a test has left a scope open, the error says so', () => {
  const script = `
    notices.print = () => {};
    trees.startTest();
    let goOn;
    const late = withMountNamespace(() => new Promise((resolve) => { goOn = resolve; }));
    while (goOn === undefined) await setImmediate();
    await trees.endTest('a test');
    fs.writeFileSync('test.snap', '');
    const errors = trees.checkSnapshots([process.cwd() + '/test.snap']);
    goOn();
    await late;
    console.log(JSON.stringify(errors.map(({ message, fix }) => [message.split('\\n').slice(1), fix])));`;
  expect(runScript(script)).toEqual({
    printed: [
      [['  why:  a test has left a scope open, and this process writes to memory only since then'], null],
    ],
    left: [],
  });
});
