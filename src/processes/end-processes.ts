import { closeSync } from 'node:fs';

import { SIGKILL } from '../../native/constants.cjs';
import { pidfdHasEnded, pidfdOpen, pidfdSendSignal } from '../../native/pidfd.cjs';
import { probe, succeeds, unless } from '../../native/unless.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { now } from './clock.js';
import { type ProcessInfo, readProcess } from './process-info.js';

/**
 * Ends processes with SIGKILL and waits until they have ended. A pid that means another process by now is left
 * alone. Where the calls that keep hold of a process are refused, in some containers, it is known by its start time.
 *
 * @param find tells which are there now. It is asked again until it finds none, since they may start others.
 * @returns all that were ended
 * @throws {NamespaceError} when there are still some after {@link PATIENCE} milliseconds, or may not be ended
 */
export function endProcesses(find: () => ProcessInfo[]): ProcessInfo[] {
  const deadline = now() + PATIENCE;
  const ended = new Map<string, ProcessInfo>();
  for (;;) {
    const living = find().filter(({ hasEnded }) => !hasEnded);
    if (living.length === 0) return [...ended.values()];
    if (now() > deadline)
      throw stillThere(living, `did not end within ${PATIENCE / 1000} s of SIGKILL`, HANGING);
    const opened = living.flatMap((each) => openProcess(each));
    try {
      for (const each of opened) kill(each);
      for (const each of opened) {
        ended.set(`${each.info.pid} ${each.info.startTime}`, each.info);
        waitForEnd(each, deadline);
      }
    } finally {
      for (const { fd } of opened) if (fd >= 0) closeSync(fd);
    }
  }
}

interface OpenProcess {
  /** Negative where it can't be opened. */
  fd: number;
  info: ProcessInfo;
}

function openProcess(info: ProcessInfo, fd = probe(() => pidfdOpen(info.pid)) ?? -1): OpenProcess[] {
  const found = unless(fd < 0 ? [] : ['EMFILE'], () => readProcess(info.pid));
  if (found?.startTime === info.startTime) return [{ fd, info }];
  if (fd < 0) return [];
  closeSync(fd);
  // The descriptor may have been the last one.
  return openProcess(info, -1);
}

function kill({ fd, info }: OpenProcess): void {
  try {
    unless(['ESRCH'], () => {
      const isSent = fd >= 0 && succeeds(['EPERM', 'ENOSYS'], () => pidfdSendSignal(fd, SIGKILL));
      if (!isSent) killByPid(info.pid, SIGKILL);
    });
  } catch (error) {
    throw stillThere([info], 'may not be ended', (error as Error).message);
  }
}

function waitForEnd({ fd, info }: OpenProcess, deadline: number): void {
  // A signal to this process, of a child that has ended say, ends the wait before its time.
  for (let left = deadline - now(); left > 0; left = deadline - now()) {
    if (pidfdHasEnded(fd, fd < 0 ? 1 : Math.ceil(left))) return;
    // While it ends it has no arguments and no namespaces any more: who looks again would take it for another.
    if (fd < 0 && readProcess(info.pid)?.hasEnded !== false) return;
  }
}

function stillThere(living: readonly ProcessInfo[], what: string, why: string): NamespaceError {
  const names = living.map(({ pid, command }) => `${pid} ${command}`);
  return new NamespaceError(
    { summary: `processes ${what}: ${names.join(', ')}`, why },
    'ERR_MOUNTNS_PROCESS',
  );
}

const PATIENCE = 2_000;
const HANGING = 'they wait in the kernel for a device or a file system, or start others all the time';

const { kill: killByPid } = process;
