import { closeSync } from 'node:fs';

import { SIGKILL } from '../../native/constants.cjs';
import { pidfdHasEnded, pidfdOpen, pidfdSendSignal } from '../../native/pidfd.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { now } from './clock.js';
import { type ProcessInfo, readProcess } from './process-info.js';

/**
 * Ends processes with SIGKILL and waits until they have ended. A pid that means another process by now is left
 * alone.
 *
 * @param find tells which are there now. It is asked again until it finds none, since they may start others.
 * @returns all that were ended
 * @throws {NamespaceError} when there are still some after {@link PATIENCE} milliseconds
 */
export function endProcesses(find: () => ProcessInfo[]): ProcessInfo[] {
  const deadline = now() + PATIENCE;
  const ended = new Map<string, ProcessInfo>();
  for (;;) {
    const living = find().filter(({ hasEnded }) => !hasEnded);
    if (living.length === 0) return [...ended.values()];
    if (now() > deadline) throw stillThere(living);
    const opened = living.flatMap((each) => openProcess(each));
    try {
      for (const { fd } of opened) pidfdSendSignal(fd, SIGKILL);
      for (const { fd, info } of opened) {
        ended.set(`${info.pid} ${info.startTime}`, info);
        waitForEnd(fd, deadline);
      }
    } finally {
      for (const { fd } of opened) closeSync(fd);
    }
  }
}

function openProcess(info: ProcessInfo): { fd: number; info: ProcessInfo }[] {
  let fd: number;
  try {
    fd = pidfdOpen(info.pid);
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ESRCH') return [];
    throw error;
  }
  if (readProcess(info.pid)?.startTime === info.startTime) return [{ fd, info }];
  closeSync(fd);
  return [];
}

function waitForEnd(fd: number, deadline: number): void {
  // A signal to this process, of a child that has ended say, ends the wait before its time.
  for (let left = deadline - now(); left > 0; left = deadline - now()) {
    if (pidfdHasEnded(fd, Math.ceil(left))) return;
  }
}

function stillThere(living: readonly ProcessInfo[]): NamespaceError {
  const names = living.map(({ pid, command }) => `${pid} ${command}`);
  return new NamespaceError(
    {
      summary: `processes did not end within ${PATIENCE / 1000} s of SIGKILL: ${names.join(', ')}`,
      why: 'they wait in the kernel for a device or a file system, or start others all the time',
    },
    'ERR_MOUNTNS_PROCESS',
  );
}

const PATIENCE = 2_000;
