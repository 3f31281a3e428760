import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import type { MountNamespace } from 'mountns';
import { describe, expect } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { stable } from '../../failure-of.js';
import { operationTest } from '../operations/operation-test.js';
import { errorOf } from './error-of.js';

describe('EBUSY of a mount names what holds it', () => {
  operationTest('this process, by an open file', ['d/'], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    const fd = fs.openSync(`${dir}/d/a file`, 'w');
    const error = errorOf(() => ns.umount(`${dir}/d`));
    fs.closeSync(fd);
    expect(error).toMatchObject({ code: 'EBUSY', syscall: 'umount2', path: `${dir}/d` });
    expect(error.message).toBe(
      `umount ${dir}/d failed: umount2(2) EBUSY, resource busy or locked\n` +
        '  why:  it is in use:\n' +
        `        process ${process.pid} (${nameOf(process.pid)}, this process): fd ${fd} ${dir}/d/a file\n` +
        `  fix:  close what is open there and leave its directories, or use ns.umount('${dir}/d', { lazy: true })\n` +
        `  call: umount2("${dir}/d", UMOUNT_NOFOLLOW) = -1`,
    );
  });

  operationTest('this process, by its working directory', ['d/'], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    process.chdir(`${dir}/d`);
    expect(errorOf(() => ns.umount(`${dir}/d`)).why).toContain(`, this process): cwd ${dir}/d`);
    process.chdir('/');
    ns.umount(`${dir}/d`);
  });

  operationTest('another process, by its working directory and an open file', ['d/'], async (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    fs.writeFileSync(`${dir}/d/f`, '');
    const child = await start(['sh', '-c', 'exec 7<f; echo; read line'], `${dir}/d`);
    const why = `it is in use:\nprocess ${child.pid} (sh): cwd ${dir}/d, fd 7 ${dir}/d/f`;
    expect(errorOf(() => ns.umount(`${dir}/d`)).why).toBe(why);
    await end(child);
    ns.umount(`${dir}/d`);
  });

  operationTest('another process, by its root', ['d/'], async (ns, dir) => {
    ns.bind('/', `${dir}/d`, { recursive: true });
    ns.umount(`${dir}/d`, { lazy: true });
    ns.bind('/', `${dir}/d`);
    const child = await start(['chroot', `${dir}/d`, 'sh', '-c', 'cd /; echo; read line']);
    const { why } = errorOf(() => ns.umount(`${dir}/d`));
    expect(why).toMatch(
      new RegExp(`^it is in use:\nprocess ${child.pid} \\(sh\\): cwd ${dir}/d, root ${dir}/d`),
    );
    await end(child);
  });

  operationTest('another process, by a mapping alone', ['d/'], async (ns, dir) => {
    ns.tmpfs(`${dir}/d`, { mode: 0o755 });
    fs.copyFileSync(fs.realpathSync('/bin/sleep'), `${dir}/d/sleep`);
    fs.chmodSync(`${dir}/d/sleep`, 0o755);
    const child = spawn(`${dir}/d/sleep`, ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    onTestFinished(() => void child.kill('SIGKILL'));
    const why = `it is in use:\nprocess ${child.pid} (sleep): mapping of ${dir}/d/sleep`;
    expect(errorOf(() => ns.umount(`${dir}/d`)).why).toBe(why);
    await end(child);
  });

  operationTest('other mounts, which lie on it', ['d/'], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    ns.tmpfs(`${dir}/d/below`);
    const { why, fix } = errorOf(() => ns.umount(`${dir}/d`));
    expect(stable(`${why}`)).toBe(
      `other mounts lie on it:\ntmpfs on ${dir}/d/below type tmpfs (rw,nosuid,nodev,relatime), private`,
    );
    expect(fix).toBe(`unmount those first, or use ns.umount('${dir}/d', { lazy: true })`);
  });
});

describe('EBUSY of becoming read-only', () => {
  operationTest('names who has files open for writing, and only those', ['d/'], async (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    fs.writeFileSync(`${dir}/d/f`, '');
    const reading = fs.openSync(`${dir}/d/f`, 'r');
    const child = await start(['sh', '-c', 'exec 7>>f; echo; read line'], `${dir}/d`);
    const error = errorOf(() => ns.readonly(`${dir}/d`));
    expect(error).toMatchObject({
      code: 'EBUSY',
      syscall: 'mount_setattr',
      why: `files on it are open for writing:\nprocess ${child.pid} (sh): fd 7 ${dir}/d/f`,
      fix: 'close them first',
    });
    await end(child);
    ns.readonly(`${dir}/d`);
    fs.closeSync(reading);
  });

  operationTest('names a file on a mount below', ['d/'], (ns, dir) => {
    ns.tmpfs(`${dir}/d`);
    ns.tmpfs(`${dir}/d/below`);
    const fd = fs.openSync(`${dir}/d/below/f`, 'w');
    const { why } = errorOf(() => ns.readonly(`${dir}/d`, { recursive: true }));
    fs.closeSync(fd);
    expect(why).toContain(`fd ${fd} ${dir}/d/below/f`);
    expect(ns.mounts().at(`${dir}/d`)?.options[0]).toBe('rw');
  });
});

describe('EBUSY of a file system that the host has', () => {
  operationTest(
    'says so when options would change it, whether the kernel looks or not',
    ['d/'],
    (ns, dir) => {
      const before = superOptions(ns);
      const single = ['devtmpfs', 'cgroup2'].filter((fsType) => ns.host.mounts().find({ fsType }));
      expect(single).not.toEqual([]);
      for (const type of single) {
        const error = errorOf(() => ns.mount({ target: `${dir}/d`, type, data: { size: '1m' } }));
        expect(error).toMatchObject({ code: 'EBUSY', fix: expect.stringContaining('use flags') });
        expect(error.why).toContain('options would change it for the host');
      }
      const error = errorOf(() => ns.mount({ target: `${dir}/d`, type: 'sysfs', data: 'ro' }));
      expect(error).toMatchObject({ code: 'EBUSY', syscall: 'fsconfig' });
      expect(error.why).toMatch(
        /^this file system exists already, the host has it mounted \(sysfs on \/sys /,
      );
      expect(superOptions(ns)).toEqual(before);
    },
  );

  operationTest('does not stand in the way of the same file system without options', ['d/'], (ns, dir) => {
    ns.mount({ target: `${dir}/d`, type: 'sysfs', flags: ['ro', 'nosuid'] });
    expect(`${dir}/d`).toBeMountPoint({ type: 'sysfs', options: ['ro', 'nosuid'] });
  });
});

describe('EBUSY of pivotRoot', () => {
  operationTest('says that the root is the root', [], (ns) => {
    expect(errorOf(() => ns.pivotRoot('/'))).toMatchObject({
      code: 'EBUSY',
      why: '/ is the root already: newRoot must be on another mount than the root is',
    });
  });
});

function superOptions(ns: MountNamespace): unknown[] {
  return [...ns.host.mounts()].map(({ mountPoint, superOptions }) => [mountPoint, superOptions]);
}

function nameOf(pid: number): string {
  return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
}

/** A process that has printed a line, and waits for one. */
async function start([command, ...args]: [string, ...string[]], cwd = '/'): Promise<ChildProcess> {
  const child = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
