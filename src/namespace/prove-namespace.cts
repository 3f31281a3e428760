import fs = require('node:fs');

import { NamespaceError } from '../errors/namespace-error.cjs';
import type { EnteredNamespace } from './namespace-record.cjs';

const { readdirSync, readlink, readlinkSync } = fs;

/**
 * Proves that sync code and async code on libuv's pool see one namespace, that it is not the host's, and that no
 * mount in it is tied to another namespace.
 *
 * A namespace belongs to a thread. Threads that exist before unshare(2) stay on the host, and libuv starts all
 * of its pool inside the first call that needs it: threads that appear during such a call are the pool's, and
 * none appearing means that the pool was there before.
 *
 * Child processes need no proof of their own: they get the namespace of the thread that forks them (clone(2)), and
 * libuv forks on the thread that runs sync code.
 */
export function proveNamespace(entered: EnteredNamespace): void {
  const expected = `mnt:[${entered.id}]`;
  if (entered.id === entered.host.id) refuse(`unshare(2) succeeded, but ${expected} is still the host's`);
  proveNothingShared();
  const before = new Set(readdirSync(TASKS));
  readlink(OWN, (error, seen) => {
    // What is thrown before the callback of readlink() has ended is lost in some releases of Node 24 and 26.
    setImmediate(() => {
      if (error !== null) refuse(`async code on the thread pool can't read ${OWN}: ${error.message}`);
      if (seen !== expected)
        refuse(`sync code is in ${expected}, async code on the thread pool is in ${seen}`);
    });
  });
  const started = readdirSync(TASKS).filter((task) => !before.has(task));
  if (started.length === 0) {
    refuse(
      'the thread pool of Node was already running when the namespace was entered, so async code would see the host',
    );
  }
  for (const task of started) {
    const seen = readlinkSync(`${TASKS}/${task}/ns/mnt`);
    if (seen !== expected) refuse(`sync code is in ${expected}, thread ${task} of the pool is in ${seen}`);
  }
}

function proveNothingShared(): void {
  const tied = fs
    .readFileSync('/proc/thread-self/mountinfo', 'latin1')
    .split('\n')
    .find((line) => / (shared|master):/.test(line.split(' - ', 1)[0] as string));
  if (tied !== undefined) refuse(`a mount is still tied to another namespace: ${tied}`);
}

function refuse(why: string): never {
  throw new NamespaceError({
    summary: 'mountns refuses to run: this process is not wholly inside its mount namespace',
    why,
    fix: 'load mountns/register with --require, before any other --require and without --import in front of it',
  });
}

const TASKS = '/proc/self/task';
const OWN = '/proc/thread-self/ns/mnt';
