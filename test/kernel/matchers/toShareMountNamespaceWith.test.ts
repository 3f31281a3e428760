import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { NamespaceError } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';
import { errorOf, failureOf } from '../../failure-of.js';

/** A process that has printed a line: what comes before that in its script is done. */
async function start(
  command: string,
  ...args: string[]
): Promise<{ child: ChildProcess; pid: number; line: string }> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { child, pid: child.pid as number, line: String(line) };
}

const HOLD = 'echo ready; read line';

test('passes for processes that are in one namespace', async ({ ns, host }) => {
  const { pid } = await start('sh', '-c', HOLD);
  expect(pid).toShareMountNamespaceWith(ns);
  expect(ns).toShareMountNamespaceWith(pid);
  expect(pid).toShareMountNamespaceWith(process.pid);
  expect(process.ppid).toShareMountNamespaceWith(host);
  expect(host).toShareMountNamespaceWith(process.ppid);
  expect(ns).toShareMountNamespaceWith(ns);
  expect(host).toShareMountNamespaceWith(ns.host);
});

test('fails for processes that are not', async ({ ns, host }) => {
  const { pid } = await start('unshare', '--mount', 'sh', '-c', HOLD);
  expect(pid).not.toShareMountNamespaceWith(ns);
  expect(ns).not.toShareMountNamespaceWith(pid);
  expect(pid).not.toShareMountNamespaceWith(host);
  expect(pid).not.toShareMountNamespaceWith(process.ppid);
  expect(host).not.toShareMountNamespaceWith(ns);
});

test('works after /proc was covered', async ({ ns, host }) => {
  const { pid } = await start('sh', '-c', HOLD);
  ns.tmpfs('/proc');
  expect(pid).toShareMountNamespaceWith(ns);
  expect(pid).not.toShareMountNamespaceWith(host);
});

test('says which namespaces they are in', async ({ ns, host }) => {
  const { pid } = await start('sh', '-c', HOLD);
  const failure = async (fn: () => unknown) => (await failureOf(fn)).replaceAll(String(pid), 'PID');
  expect(await failure(() => expect(pid).toShareMountNamespaceWith(host))).toMatchInlineSnapshot(`
    "expect(pid).toShareMountNamespaceWith(host)

    Expected process PID to share the mount namespace of the host
    Received:  mnt:[…]
    Expected:  mnt:[…]"
  `);
  expect(await failure(() => expect(pid).not.toShareMountNamespaceWith(ns))).toMatchInlineSnapshot(`
    "expect(pid).not.toShareMountNamespaceWith(ns)

    Expected process PID not to share the mount namespace of this process
    Received:  mnt:[…]
    Expected:  mnt:[…]"
  `);
  expect(await failure(() => expect(host).toShareMountNamespaceWith(pid))).toMatchInlineSnapshot(`
    "expect(host).toShareMountNamespaceWith(pid)

    Expected the host to share the mount namespace of process PID
    Received:  mnt:[…]
    Expected:  mnt:[…]"
  `);
  const { message } = await errorOf(() => expect(host).toShareMountNamespaceWith(ns));
  expect(message).toContain(`Received:  mnt:[${host.id}]\nExpected:  mnt:[${ns.id}]`);
});

test('stands for a value', ({ ns }) => {
  expect([process.pid, process.ppid]).toEqual([
    expect.toShareMountNamespaceWith(ns),
    expect.not.toShareMountNamespaceWith(ns),
  ]);
});

test('refuses what is no process and no namespace, in both directions', ({ ns }) => {
  for (const value of [undefined, null, '1', 0, -1, 1.5, Number.NaN, 2 ** 31, {}, [1], ns.mounts()]) {
    expect(() => expect(value).toShareMountNamespaceWith(ns)).toThrow(TypeError);
    expect(() => expect(value).not.toShareMountNamespaceWith(ns)).toThrow(TypeError);
    expect(() => expect(ns).toShareMountNamespaceWith(value as never)).toThrow(TypeError);
    expect(() => expect(ns).not.toShareMountNamespaceWith(value as never)).toThrow(TypeError);
  }
  expect(() => expect('1').toShareMountNamespaceWith(ns)).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: toShareMountNamespaceWith: both sides must be a process id, the namespace of a scope, or the host, received '1']`,
  );
  expect(() => expect(ns).not.toShareMountNamespaceWith(-1)).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: a process id must be a whole number from 1, received -1]`,
  );
});

test('refuses a process that is gone, in both directions', async ({ ns }) => {
  const { child, pid } = await start('sh', '-c', HOLD);
  child.stdin?.end();
  await once(child, 'exit');
  expect(() => expect(pid).toShareMountNamespaceWith(ns)).toThrow(NamespaceError);
  expect(() => expect(ns).not.toShareMountNamespaceWith(pid)).toThrow(NamespaceError);
  const { message } = await errorOf(() => expect(pid).toShareMountNamespaceWith(ns));
  expect(message.replaceAll(String(pid), 'PID').replace(/\d+, "PID/, 'PROC, "PID')).toMatchInlineSnapshot(`
    "open the mount namespace of process PID failed: open(2) ENOENT, no such file or directory
      why:  there is no process PID
      call: openat(PROC, "PID/ns/mnt", 0x80000) = -1"
  `);
});

test('refuses a process that has ended and was not reaped', async ({ ns }) => {
  // What exec(1) starts does not wait for the children that the shell had.
  const { line } = await start('sh', '-c', 'true & echo $!; exec sleep 60');
  const zombie = Number(line);
  await expect.poll(() => readFileSync(`/proc/${zombie}/stat`, 'utf8'), { interval: 5 }).toMatch(/\) Z /);
  const { message } = await errorOf(() => expect(zombie).toShareMountNamespaceWith(ns));
  expect(message.replaceAll(line.trim(), 'PID').replace(/\d+, "PID/, 'PROC, "PID')).toMatchInlineSnapshot(`
    "open the mount namespace of process PID failed: open(2) ENOENT, no such file or directory
      why:  process PID has ended, only its parent has not reaped it yet (State: Z (zombie))
      call: openat(PROC, "PID/ns/mnt", 0x80000) = -1"
  `);
});
