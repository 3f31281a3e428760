import child_process = require('node:child_process');
import fs = require('node:fs');

import { PR_CAPBSET_READ } from '../../native/constants.cjs';
import { openat } from '../../native/directories.cjs';
import { fsconfigCreate, fsmount, fsopen } from '../../native/mount-tree.cjs';
import { prctl } from '../../native/processes.cjs';
import { SystemCallError } from '../../native/system-call-error.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { PERMISSIONS } from './environment.cjs';
import { OVERRIDES, renounceOverrides } from './privileges.cjs';

const { closeSync, constants, open, openSync } = fs;

/**
 * Checks what the environment asks for.
 *
 * @throws {NamespaceError} when that is neither the one nor the other: a test could mean something else.
 */
export function checkPermissions(value: string): void {
  if (value === 'enforced' || value === 'root') return;
  throw new NamespaceError({
    summary: `${PERMISSIONS} is ${JSON.stringify(value)}, which is neither "enforced" nor "root"`,
    fix: 'set the option permissions of mountNamespaces(), and leave this variable alone',
  });
}

/** Takes from this process the right to ignore permission bits. Must run before Node's pool has threads. */
export function enforcePermissions(): void {
  try {
    renounceOverrides();
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    throw new NamespaceError({
      summary: `cannot enforce permissions: ${error.syscall}(2) ${error.code}`,
      why: error.code === 'EPERM' ? 'dropping capabilities for good takes CAP_SETPCAP' : undefined,
      fix: error.code === 'EPERM' ? 'in a container: --cap-add SETPCAP' : undefined,
      call: error.call,
      cause: error,
    });
  }
}

/**
 * Proves that a file that nobody may read is read by nobody: by sync code, async code on the thread pool, or a
 * child process.
 */
export function provePermissions(): void {
  // A file system that has no place anywhere, so that nothing is left of it.
  const context = fsopen('tmpfs');
  fsconfigCreate(context);
  const directory = fsmount(context);
  closeSync(context);
  // Its mode is 0.
  closeSync(openat(directory, 'file', constants.O_CREAT | constants.O_RDWR));
  const path = `/proc/self/fd/${directory}/file`;
  expectRefusal('sync', () => closeSync(openat(directory, 'file', constants.O_RDONLY)));
  expectRefusal('sync', () => closeSync(openSync(path, 'r')));
  proveChild(directory);
  open(path, 'r', (error) => {
    closeSync(directory);
    expectRefusal('async', () => {
      if (error !== null) throw error;
    });
  });
}

function expectRefusal(who: string, open: () => void): void {
  let answer = 'succeeds';
  try {
    open();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return;
    answer = `fails with ${code}`;
  }
  throw new NamespaceError({
    summary: 'mountns refuses to run: permissions are not enforced',
    why: `opening a file of mode 000 in ${who} code ${answer} instead of failing with EACCES`,
    fix: "leave out permissions: 'enforced', or run on a kernel and in a container that lets it work",
  });
}

function proveChild(directory: number): void {
  const script = '(: < /proc/self/fd/3/file) 2>/dev/null && echo succeeds || echo fails';
  const { stdout, error } = child_process.spawnSync('/bin/sh', ['-c', script], {
    stdio: ['ignore', 'pipe', 'ignore', directory],
    encoding: 'utf8',
  });
  const canRead = error === undefined ? stdout.trim() !== 'fails' : OVERRIDES.some(isInBoundingSet);
  if (canRead) expectRefusal('child', () => {});
}

function isInBoundingSet(capability: number): boolean {
  return prctl(PR_CAPBSET_READ, capability) !== 0;
}
