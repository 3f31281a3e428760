import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { NamespaceError } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { errorOf, failureOf } from '../../failure-of.js';

/** Runs `use` beside a process that has printed a line: what comes before that in its script is done. */
async function beside(
  command: readonly [string, ...string[]],
  use: (pid: number, io: { line: string; input: Writable }) => unknown,
): Promise<number> {
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const [line] = await once(child.stdout, 'data');
    await use(child.pid as number, { line: String(line), input: child.stdin });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  return child.pid as number;
}

const HOLD = ['sh', '-c', 'echo; read line'] as const;

test('passes for processes that are in one namespace', async ({ ns, host }) => {
  await beside(HOLD, (pid) => {
    expect(pid).toShareMountNamespaceWith(ns);
    expect(ns).toShareMountNamespaceWith(pid);
    expect(pid).toShareMountNamespaceWith(process.pid);
  });
  expect(process.ppid).toShareMountNamespaceWith(host);
  expect(host).toShareMountNamespaceWith(process.ppid);
  expect(ns).toShareMountNamespaceWith(ns);
  expect(host).toShareMountNamespaceWith(ns.host);
});

test('fails for processes that are not', async ({ ns, host }) => {
  await beside(['unshare', '--mount', ...HOLD], (pid) => {
    expect(pid).not.toShareMountNamespaceWith(ns);
    expect(ns).not.toShareMountNamespaceWith(pid);
    expect(pid).not.toShareMountNamespaceWith(host);
    expect(pid).not.toShareMountNamespaceWith(process.ppid);
  });
  expect(host).not.toShareMountNamespaceWith(ns);
});

test('works after /proc was covered', async ({ ns, host }) => {
  await beside(HOLD, (pid) => {
    ns.tmpfs('/proc');
    expect(pid).toShareMountNamespaceWith(ns);
    expect(pid).not.toShareMountNamespaceWith(host);
    expect(() => expect('/').not.toBeMountPoint()).toThrow(/^Seen in: +mnt:\[\d+\], \d+ mounts$/m);
    ns.umount('/proc');
  });
});

test('holds neither of them afterwards', async ({ ns }) => {
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  expect(process.pid).toShareMountNamespaceWith(ns);
  expect(() => expect(process.pid).toShareMountNamespaceWith(0x7fffffff)).toThrow('ENOENT');
  expect(descriptors()).toBe(before);
});

test('says which namespaces they are in', async ({ ns, host }) => {
  await beside(HOLD, async (pid) => {
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
  });
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
  const pid = await beside(HOLD, () => {});
  expect(() => expect(pid).toShareMountNamespaceWith(ns)).toThrow(NamespaceError);
  expect(() => expect(ns).not.toShareMountNamespaceWith(pid)).toThrow(NamespaceError);
  const { message } = await errorOf(() => expect(pid).toShareMountNamespaceWith(ns));
  expect(withoutNumbers(message, pid)).toMatchInlineSnapshot(`
    "open the mount namespace of process PID failed: open(2) ENOENT, no such file or directory
      why:  there is no process PID
      call: openat(PROC, "PID/ns/mnt", 0x80000) = -1"
  `);
});

test('refuses a process that has ended and was not reaped', async ({ ns }) => {
  const poll = (file: string) => expect.poll(() => readFileSync(file, 'utf8'), { interval: 5 });
  // What exec(1) starts does not wait for the children that the shell had.
  const script = 'exec 3<&0; (read line <&3) & echo $!; exec sleep 60';
  await beside(['sh', '-c', script], async (pid, { line, input }) => {
    await poll(`/proc/${pid}/comm`).toBe('sleep\n');
    input.write('\n');
    const zombie = Number(line);
    await poll(`/proc/${zombie}/stat`).toMatch(/\) Z /);
    const { message } = await errorOf(() => expect(zombie).toShareMountNamespaceWith(ns));
    expect(withoutNumbers(message, zombie)).toMatchInlineSnapshot(`
      "open the mount namespace of process PID failed: open(2) ENOENT, no such file or directory
        why:  process PID has ended, only its parent has not reaped it yet (State: Z (zombie))
        call: openat(PROC, "PID/ns/mnt", 0x80000) = -1"
    `);
  });
});

function withoutNumbers(message: string, pid: number): string {
  return message.replaceAll(String(pid), 'PID').replace(/\d+, "PID/, 'PROC, "PID');
}
