import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { constants } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';

import { hookSystemCalls } from '../../../native/libc.cjs';
import { endProcesses } from '../../../src/processes/end-processes.js';
import { type ProcessInfo, readProcess } from '../../../src/processes/process-info.js';

/** Has system calls fail: with EPERM as under a seccomp filter. */
function refuse(names: readonly string[], errno = constants.errno.EPERM): void {
  hookSystemCalls((name) => (names.includes(name) ? errno : undefined));
  onTestFinished(() => hookSystemCalls(undefined));
}

function startSleep(): { child: ChildProcess; info: ProcessInfo } {
  const child = spawn('sleep', ['1000']);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, info: readProcess(child.pid as number) as ProcessInfo };
}

test.for([[], ['pidfd_open'], ['pidfd_send_signal'], ['pidfd_open', 'pidfd_send_signal']])(
  'ends a process, with %j refused',
  async (refused) => {
    const { child, info } = startSleep();
    const end = once(child, 'exit');
    refuse(refused);
    const ended = endProcesses(() => [readProcess(info.pid) as ProcessInfo]);
    expect(ended.map(({ pid }) => pid)).toEqual([info.pid]);
    expect(await end).toEqual([null, 'SIGKILL']);
  },
);

test.for([[], ['pidfd_open']])(
  'waits for the end of one that takes its time, with %j refused',
  async (refused) => {
    // So much memory is not given back at once.
    const script = 'globalThis.memory = Buffer.alloc(2 ** 28, 1); console.log(); setInterval(() => {}, 1e6);';
    const child = spawn(process.execPath, ['--eval', script]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const info = readProcess(child.pid as number) as ProcessInfo;
    refuse(refused);
    const found = [[info], []];
    expect(endProcesses(() => found.shift() as ProcessInfo[])).toEqual([info]);
    expect(readProcess(info.pid)?.hasEnded).toBe(true);
  },
);

test.for([[], ['pidfd_open']])('leaves another process of that id alone, with %j refused', (refused) => {
  const { info } = startSleep();
  refuse(refused);
  const found = [[{ ...info, startTime: info.startTime - 1 }], []];
  const descriptors = fs.readdirSync('/proc/self/fd').length;
  expect(endProcesses(() => found.shift() as ProcessInfo[])).toEqual([]);
  expect(fs.readdirSync('/proc/self/fd')).toHaveLength(descriptors);
  expect(readProcess(info.pid)?.hasEnded).toBe(false);
});

test('ends what is there when it looks again, too', async () => {
  const sleeps = [startSleep(), startSleep()];
  const ends = sleeps.map(({ child }) => once(child, 'exit'));
  const found = [...sleeps.map(({ info }) => [info]), []];
  const descriptors = fs.readdirSync('/proc/self/fd').length;
  const ended = endProcesses(() => found.shift() as ProcessInfo[]);
  expect(fs.readdirSync('/proc/self/fd')).toHaveLength(descriptors);
  expect(ended.map(({ pid }) => pid)).toEqual(sleeps.map(({ info }) => info.pid));
  expect(await Promise.all(ends)).toEqual([
    [null, 'SIGKILL'],
    [null, 'SIGKILL'],
  ]);
});

test('says which one it can’t end, and why', () => {
  const { info } = startSleep();
  refuse(['pidfd_send_signal'], constants.errno.EINVAL);
  expect(() => endProcesses(() => [readProcess(info.pid) as ProcessInfo])).toThrow(
    new RegExp(`^processes may not be ended: ${info.pid} sleep 1000\n  why: {2}.*EINVAL`),
  );
});

test('does not wait for ever for one that does not end', () => {
  const { info } = startSleep();
  // Which is not the one that is asked for, and left alone.
  const hanging = { ...info, startTime: info.startTime - 1 };
  expect(() => endProcesses(() => [hanging])).toThrow(
    expect.objectContaining({
      code: 'ERR_MOUNTNS_PROCESS',
      message: `processes did not end within 2 s of SIGKILL: ${info.pid} sleep 1000
  why:  they wait in the kernel for a device or a file system, or start others all the time`,
    }),
  );
});
