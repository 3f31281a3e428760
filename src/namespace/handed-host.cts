import fs = require('node:fs');

import { setCloseOnExec } from '../../native/processes.cjs';
import { probe } from '../../native/unless.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { HOST_DESCRIPTORS } from './environment.cjs';

const { readlinkSync } = fs;

/** Descriptors that were opened on the host, before this process got into a user namespace. */
export interface HandedHost {
  /** The host's mount namespace. */
  fd: number;
  /** The host's mountinfo. */
  mountInfoFd: number;
}

/** Leaves the descriptors to the program that execv(3) starts, and tells it their numbers. */
export function handOver({ fd, mountInfoFd }: HandedHost): void {
  for (const each of [fd, mountInfoFd]) setCloseOnExec(each, false);
  process.env[HOST_DESCRIPTORS] = `${fd}:${mountInfoFd}`;
}

/** What was handed over to this process, or undefined. Its children get none of it. */
export function takeHandedHost(): HandedHost | undefined {
  const text = process.env[HOST_DESCRIPTORS];
  if (text === undefined) return undefined;
  delete process.env[HOST_DESCRIPTORS];
  const [fd, mountInfoFd] = text.split(':').map(Number) as [number, number];
  if (!/^mnt:/.test(linkOf(fd)) || !/\/mountinfo$/.test(linkOf(mountInfoFd))) {
    throw new NamespaceError({
      summary: 'cannot tell which mount namespace is the host: its descriptors were not handed over',
      why: `${HOST_DESCRIPTORS} is ${text}: descriptor ${fd} is ${linkOf(fd)}, ${mountInfoFd} is ${linkOf(mountInfoFd)}`,
      fix: `remove ${HOST_DESCRIPTORS} from the environment, mountns sets it itself`,
    });
  }
  for (const each of [fd, mountInfoFd]) setCloseOnExec(each, true);
  return { fd, mountInfoFd };
}

function linkOf(fd: number): string {
  return probe(() => readlinkSync(`/proc/self/fd/${fd}`)) ?? 'not open';
}
