import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { constants } from 'node:os';
import { withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { beforeEach, onTestFinished } from 'vitest';
import { MNT_DETACH } from '../../../native/constants.cjs';
import { chroot } from '../../../native/directories.cjs';
import { hookSystemCalls } from '../../../native/libc.cjs';
import { umount2 } from '../../../native/mount.cjs';
import type { Explanation } from '../../../src/errors/explained-error.cjs';
import { temporaryDirectory } from '../../temporary-directory.js';
import { collectNotices } from '../collect-notices.js';

let printed: Explanation[] = [];

beforeEach(() => {
  printed = collectNotices();
});

/** Runs a script that leaves a process behind, and returns the pid that the process itself has written. */
function runDaemon(script: string, pidFile: string): number {
  execFileSync('sh', ['-c', script, 'sh', pidFile], { stdio: 'ignore' });
  while (!fs.existsSync(pidFile) || fs.readFileSync(pidFile, 'utf8') === '') execFileSync('true');
  return Number(fs.readFileSync(pidFile, 'utf8'));
}

function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Makes `directory` one that sleep(1) runs in as its root directory. */
function makeRoot(directory: string): void {
  for (const name of ['bin', 'lib', 'lib64', 'usr']) {
    if (!fs.existsSync(`/${name}`)) continue;
    fs.mkdirSync(`${directory}/${name}`);
    execFileSync('mount', ['--bind', `/${name}`, `${directory}/${name}`]);
  }
}

function spawnInRoot(directory: string): ChildProcess {
  const child = spawn('chroot', [directory, 'sleep', '1000']);
  while (fs.readlinkSync(`/proc/${child.pid}/root`) === '/') execFileSync('true');
  return child;
}

function endLater(child: ChildProcess): ChildProcess {
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  return child;
}

const DETACHED = 'setsid sh -c \'sh -c "echo \\$\\$ >\\"\\$1\\"; exec sleep 1000" sh "$1" & exit\' sh "$1"';

describe('a process that still runs in a scope when it ends', () => {
  test('is ended, and named', async () => {
    const child = await withMountNamespace(() => spawn('sleep', ['1000']));
    expect(isRunning(child.pid as number)).toBe(false);
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(printed).toEqual([
      {
        summary: `a scope ended with process ${child.pid} (sleep 1000) still running: killed`,
        why: 'absolute paths would lead to the host’s file system from then on',
        fix: 'end what you start, and wait for its end, in an afterEach() say',
      },
    ]);
  });

  test('is named together with what it has started', async () => {
    const [parent, child] = await withMountNamespace(() => {
      const { pid } = spawn('sh', ['-c', 'sleep 1000; :']);
      const readChild = () => fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
      while (readChild() === '') execFileSync('true');
      while (fs.readFileSync(`/proc/${readChild()}/comm`, 'utf8') !== 'sleep\n') execFileSync('true');
      return [pid, readChild()];
    });
    expect(printed).toMatchObject([
      {
        summary: `a scope ended with processes ${parent} (sh -c sleep 1000; :), ${child} (sleep 1000) still running: killed`,
      },
    ]);
  });

  test('never writes to the host', async () => {
    const directory = temporaryDirectory();
    await withMountNamespace((ns) => {
      ns.tmpfs(directory);
      const script = `while :; do : >>${directory}/written; done`;
      execFileSync('sh', ['-c', `setsid sh -c '${script}' &`], { stdio: 'ignore' });
      while (!fs.existsSync(`${directory}/written`)) execFileSync('true');
    });
    expect(fs.readdirSync(directory)).toEqual([]);
    expect(printed).toHaveLength(1);
  });

  test('is found though it has a session of its own and its parent has ended', async () => {
    const directory = temporaryDirectory();
    const pid = await withMountNamespace(() => runDaemon(DETACHED, `${directory}/pid`));
    expect(isRunning(pid)).toBe(false);
    expect(printed).toMatchObject([
      { summary: `a scope ended with process ${pid} (sleep 1000) still running: killed` },
    ]);
  });

  test('is found though everything was unmounted, /proc too', async () => {
    const child = await withMountNamespace(() => {
      const started = spawn('sleep', ['1000']);
      umount2('/proc', MNT_DETACH);
      umount2('/', MNT_DETACH);
      return started;
    });
    expect(isRunning(child.pid as number)).toBe(false);
    expect(printed).toHaveLength(1);
  });

  test('is ended also where its root directory can’t be looked at', async () => {
    onTestFinished(() => hookSystemCalls(undefined));
    const child = await withMountNamespace(() => {
      const started = spawn('sleep', ['1000']);
      hookSystemCalls((name) => {
        if (name === 'pidfd_send_signal') hookSystemCalls(undefined);
        return name === 'statx' ? constants.errno.EACCES : undefined;
      });
      return started;
    });
    expect(isRunning(child.pid as number)).toBe(false);
    expect(printed).toHaveLength(1);
  });

  test('is found though one of the two has changed its root directory', async () => {
    const directory = temporaryDirectory();
    const [first, second] = await withMountNamespace((ns) => {
      ns.tmpfs(directory);
      makeRoot(directory);
      const children = [spawn('sleep', ['1000']), spawnInRoot(directory)];
      chroot(directory);
      return children as [ChildProcess, ChildProcess];
    });
    expect([first, second].map(({ pid }) => isRunning(pid as number))).toEqual([false, false]);
    expect(printed).toHaveLength(1);
  });

  test('is found in a root directory that lies on a mount made later', async () => {
    const directory = temporaryDirectory();
    const [root, later] = [`${directory}/root`, `${directory}/later`];
    for (const each of [root, later]) fs.mkdirSync(each);
    const child = await withMountNamespace((ns) => {
      for (const each of [root, later]) ns.tmpfs(each);
      ns.move(root, `${later}/root`);
      makeRoot(`${later}/root`);
      return endLater(spawnInRoot(`${later}/root`));
    });
    expect(isRunning(child.pid as number)).toBe(false);
    expect(printed).toHaveLength(1);
  });
});

describe('no word is said about', () => {
  test('a process that was just told to end, or ends by itself', async () => {
    await withMountNamespace(() => {
      spawn('sleep', ['1000']).kill();
      spawn('true');
      spawn('cat').stdin.end();
    });
    expect(printed).toEqual([]);
  });

  test('processes that have ended', async () => {
    await withMountNamespace(async () => {
      await once(spawn('true'), 'exit');
      execFileSync('true');
    });
    expect(printed).toEqual([]);
  });
});

describe('what was started outside', () => {
  test('goes on, in a root directory of its own too', async () => {
    const directory = temporaryDirectory();
    const outer = await withMountNamespace(async (ns) => {
      ns.tmpfs(directory);
      makeRoot(directory);
      const children = [spawn('sleep', ['1000']), spawnInRoot(directory)];
      await withMountNamespace(() => {});
      expect(children.map(({ pid }) => isRunning(pid as number))).toEqual([true, true]);
      expect(printed).toEqual([]);
      return children;
    });
    expect(outer.map(({ pid }) => isRunning(pid as number))).toEqual([false, false]);
  });

  test('goes on when the scope was the outermost', async () => {
    const child = endLater(spawn('sleep', ['1000']));
    await withMountNamespace((ns) => ns.umount('/dev/shm', { lazy: true }));
    expect(isRunning(child.pid as number)).toBe(true);
    expect(printed).toEqual([]);
  });
});

test('a process in a mount namespace of its own has a tree of its own, and goes on', async () => {
  const child = await withMountNamespace(async () => {
    const started = endLater(spawn('unshare', ['--mount', 'sleep', '1000']));
    const own = fs.readlinkSync('/proc/self/ns/mnt');
    while (fs.readlinkSync(`/proc/${started.pid}/ns/mnt`) === own) execFileSync('true');
    return started;
  });
  expect(isRunning(child.pid as number)).toBe(true);
  expect(printed).toEqual([]);
});

test('orphans that have ended are waited for, and children of Node are left to Node', async () => {
  const directory = temporaryDirectory();
  await withMountNamespace(() => {
    const pid = runDaemon(DETACHED, `${directory}/pid`);
    process.kill(pid);
    while (isRunning(pid)) execFileSync('true');
  });
  const child = spawn('true');
  while (isRunning(child.pid as number)) execFileSync('true');
  await withMountNamespace(() => {});
  const pid = Number(fs.readFileSync(`${directory}/pid`, 'utf8'));
  expect(fs.existsSync(`/proc/${pid}`)).toBe(false);
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  expect(printed).toEqual([]);
});
