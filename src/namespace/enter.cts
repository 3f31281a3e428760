import fs = require('node:fs');

import { usesCapability } from '../../native/capabilities.cjs';
import {
  AT_RECURSIVE,
  CAP_SYS_ADMIN,
  CLONE_NEWNS,
  MS_PRIVATE,
  MS_REC,
  OPEN_TREE_CLONE,
  SIGKILL,
} from '../../native/constants.cjs';
import { chdir, enterRoot, fchdir, openDirectory } from '../../native/directories.cjs';
import { isMainThread } from '../../native/main-thread.cjs';
import { mount } from '../../native/mount.cjs';
import { mountSetattr, moveMount, openTree } from '../../native/mount-tree.cjs';
import { setns, unshare } from '../../native/namespaces.cjs';
import { adoptOrphans, getppid, setParentDeathSignal } from '../../native/processes.cjs';
import { mountIdOf } from '../../native/statx.cjs';
import { succeeds } from '../../native/unless.cjs';
import { NamespaceError } from '../errors/namespace-error.cjs';
import { readMountInfo, readOwnMountInfo } from '../mounts/read-mount-info.cjs';
import { findPlatformObstacle, findProcObstacle, type StartObstacle } from '../obstacles/start-obstacles.cjs';
import { watchOrphans } from '../processes/orphan-watch.cjs';
import type * as EnforcePermissions from './enforce-permissions.cjs';
import { HOST_MARK, NAMESPACE_MARK, PARENT_PID, PERMISSIONS } from './environment.cjs';
import type * as ExplainRefusal from './explain-refusal.cjs';
import { type HandedHost, takeHandedHost } from './handed-host.cjs';
import { type EnteredNamespace, type HostRecord, namespaceRecord } from './namespace-record.cjs';
import { proveNamespace } from './prove-namespace.cjs';
import type * as Reexecute from './reexecute.cjs';
import { isInUserNamespace } from './user-namespace.cjs';

const { closeSync, fstatSync, openSync, readlinkSync, statSync } = fs;

interface EnterOptions {
  isRootless?: boolean;
  isApart?: boolean;
}

/**
 * Gives this process a mount namespace of its own, with nothing shared with the host, and proves it. Without
 * CAP_SYS_ADMIN it starts the process anew in a user namespace, or finds that somebody did that already.
 *
 * Must run before libuv's thread pool exists, so in a `--require` preload. Does nothing in worker threads and
 * in descendants of a process that entered: they live in its namespace already.
 *
 * @param isRootless whether it shall be in a user namespace also with CAP_SYS_ADMIN
 * @param isApart whether it shall not live in the namespace of a process that entered before
 * @throws {NamespaceError} with the reason, when there is no such namespace or it can't be proved.
 */
export function enterWorkerNamespace(options: EnterOptions = {}): void {
  if (namespaceRecord.entered !== undefined) return;
  refuseFor(findPlatformObstacle());
  if (!isMainThread()) return;
  try {
    enter(options);
  } catch (error) {
    throw (require('./explain-refusal.cjs') as typeof ExplainRefusal).explainRefusal(error);
  }
}

function enter({ isRootless = false, isApart = false }: EnterOptions): void {
  refuseIoUring();
  const marked = joinMarkedNamespace();
  const inherited = isApart ? undefined : marked;
  const entered = inherited ?? enterOwn(isRootless, marked?.host);
  const permissions = enforcePermissions();
  if (inherited === undefined) {
    adoptOrphans();
    watchOrphans();
    proveNamespace(entered);
    permissions?.provePermissions();
  }
  // Looked up now: a test may cover /proc.
  isInUserNamespace();
  namespaceRecord.entered = entered;
  process.env[NAMESPACE_MARK] = String(entered.id);
  process.env[HOST_MARK] ??= [entered.host.id, process.ppid, ...entered.host.hiddenDevices].join();
}

function enterOwn(isRootless: boolean, known?: HostRecord): EnteredNamespace {
  // Only here: what a test has started may go on without its parent, as a daemon does.
  const parent = dieWithParent();
  refuseFor(findProcObstacle());
  return adoptNamespace() ?? unshareFromHost(parent, isRootless, known);
}

/** Returns the module that can prove it, if permissions are enforced. */
function enforcePermissions(): typeof EnforcePermissions | undefined {
  const wanted = process.env[PERMISSIONS];
  if (wanted === undefined || wanted === '') return undefined;
  const permissions = require('./enforce-permissions.cjs') as typeof EnforcePermissions;
  permissions.checkPermissions(wanted);
  if (wanted === 'root') return undefined;
  permissions.enforcePermissions();
  return permissions;
}

function refuseFor(obstacle: StartObstacle | undefined): void {
  if (obstacle !== undefined) throw new NamespaceError(obstacle);
}

function refuseIoUring(): void {
  const value = process.env.UV_USE_IO_URING;
  if (value === undefined || value === '' || value === '0') return;
  throw new NamespaceError({
    summary: 'mountns refuses to run with io_uring: async file operations would see the host',
    why: `UV_USE_IO_URING is ${value}, so libuv started threads for io_uring before the namespace was entered`,
    fix: 'set UV_USE_IO_URING=0',
  });
}

/** Returns the parent's pid. */
function dieWithParent(): number {
  const expected = Number(process.env[PARENT_PID] ?? process.ppid);
  delete process.env[PARENT_PID];
  setParentDeathSignal(SIGKILL);
  // The kernel sends nothing for a parent that ended before; whoever adopted us is not it.
  if (getppid() !== expected) process.exit(1);
  return expected;
}

function joinMarkedNamespace(): EnteredNamespace | undefined {
  const mark = Number(process.env[NAMESPACE_MARK]);
  const [id, hostPid, ...hiddenDevices] = (process.env[HOST_MARK] ?? '').split(',');
  const hostId = Number(id);
  if (!mark || !hostId || mark === hostId || mark !== currentId()) {
    delete process.env[HOST_MARK];
    return undefined;
  }
  const mountInfoFd = openSync(`/proc/${hostPid}/mountinfo`, 'r');
  const host = { id: hostId, mountInfoFd, mountInfoAtEntry: readMountInfo(mountInfoFd), hiddenDevices };
  return {
    id: mark,
    host,
    procFd: openDirectory('/proc'),
    mountInfoFd: openOwnMountInfo(),
    attic: undefined,
    inherited: true,
  };
}

/** The namespace that this process was started in, on purpose, by a launcher or by its own first life. */
function adoptNamespace(): EnteredNamespace | undefined {
  const handed = takeHandedHost();
  if (handed === undefined) return undefined;
  const host = recordHost(handed);
  return inOwnCopy(host, openDirectory('/proc'));
}

function unshareFromHost(parent: number, isRootless: boolean, known?: HostRecord): EnteredNamespace {
  if (isRootless || !usesCapability(CAP_SYS_ADMIN)) {
    return (require('./reexecute.cjs') as typeof Reexecute).reexecuteInUserNamespace(parent);
  }
  const host =
    known ??
    recordHost({
      fd: openSync('/proc/thread-self/ns/mnt', 'r'),
      mountInfoFd: openOwnMountInfo(),
    });
  const procFd = openDirectory('/proc');
  unshare(CLONE_NEWNS);
  const all = makePrivate(procFd);
  if (known !== undefined || all === undefined) return inOwnCopy(host, procFd);
  const seen = devicesIn(host.mountInfoAtEntry);
  const hiddenDevices = [...new Set(devicesIn(all))].filter((device) => !seen.includes(device));
  return inOwnCopy({ ...host, hiddenDevices }, procFd);
}

function inOwnCopy(host: HostRecord, procFd: number): EnteredNamespace {
  const attic = moveIntoCopy();
  return { id: currentId(), host, procFd, mountInfoFd: openOwnMountInfo(), attic, inherited: false };
}

function openOwnMountInfo(): number {
  return openSync('/proc/thread-self/mountinfo', 'r');
}

function recordHost({ fd, mountInfoFd }: HandedHost): HostRecord {
  const { ino: id } = fstatSync(fd);
  closeSync(fd);
  return { id, mountInfoFd, mountInfoAtEntry: readMountInfo(mountInfoFd), hiddenDevices: [] };
}

/**
 * @returns all mounts of the namespace where the root directory is not one of them, as in a chroot(2): what that lies on is
 *   in no table there
 */
function makePrivate(procFd: number): Buffer | undefined {
  const change = () => mount({ target: '/', flags: MS_REC | MS_PRIVATE });
  if (succeeds(['EINVAL'], change)) return undefined;
  // The namespace's own root always is a mount point.
  const [root, cwd] = [openDirectory('/'), openDirectory('.')];
  const own = openSync('/proc/thread-self/ns/mnt', 'r');
  setns(own, CLONE_NEWNS);
  change();
  const all = readOwnMountInfo(procFd);
  enterRoot(root);
  fchdir(cwd);
  for (const fd of [root, cwd, own]) closeSync(fd);
  return all;
}

function devicesIn(table: Buffer): (string | undefined)[] {
  const lines = table.toString('latin1').split('\n');
  return lines.map((line) => line.split(' ', 3)[2]);
}

/**
 * Moves this process into a copy of its tree, stacked over it. What lies below the copy is out of sight and still
 * in the namespace, which makes it the place to keep mounts in that are to be used later.
 *
 * Scopes do the same with the same calls: a machine that refuses one of them refuses the worker.
 */
function moveIntoCopy(): number {
  // Its bytes: process.cwd() knows UTF-8 only.
  const cwd = readlinkSync('/proc/self/cwd', { encoding: 'buffer' });
  const tree = openTree('/', OPEN_TREE_CLONE | AT_RECURSIVE);
  mountSetattr(tree, AT_RECURSIVE, { propagation: MS_PRIVATE });
  const attic = openDirectory('/proc');
  moveMount(tree, '/');
  enterRoot(tree);
  mountIdOf('/');
  chdir(cwd);
  closeSync(tree);
  return attic;
}

function currentId(): number {
  return statSync('/proc/thread-self/ns/mnt').ino;
}
