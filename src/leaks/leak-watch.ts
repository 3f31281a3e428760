import { fileTime } from '../../native/memory-file.cjs';
import { processWide } from '../../native/process-wide.cjs';
import { probe } from '../../native/unless.cjs';
import { isOwnLayer } from '../layers/own-layer.js';
import type { Mount } from '../mounts/mount.js';
import { MountTable } from '../mounts/mount-table.js';
import { readMountInfo, readOwnMountInfo } from '../mounts/read-mount-info.cjs';
import { TableWatch } from '../mounts/table-watch.js';
import type { EnteredNamespace } from '../namespace/namespace-record.cjs';
import {
  findHostChanges,
  findTie,
  type HostChanges,
  isRemounted,
  keyOf,
  type SuperblockChange,
} from './host-changes.js';
import { KnownMounts } from './known-mounts.js';
import { findLeftMountPoints } from './left-mount-points.js';

/** What is different on the host, with what ties it to this process; without a tie it may be anyone's doing. */
export interface Findings {
  readonly mounts: readonly { mount: Mount; tie: string | undefined }[];
  readonly superblocks: readonly (SuperblockChange & { own: Mount | undefined })[];
  /** Mount points of this process that were made on the host's file systems meanwhile and are still there. */
  readonly mountPoints: readonly string[];
}

/**
 * Watches what gets out of this process' namespace to the host, from its creation to {@link LeakWatch.finish}.
 *
 * What a scope has mounted is gone when it is left, and with it the proof of whose doing something on the host is.
 * So it looks at each scope before that, unless the kernel says that nothing was mounted. (It does not say so of a
 * superblock that has other options: for that the table of the host is read.)
 */
export class LeakWatch {
  readonly #entered: EnteredNamespace;
  readonly #since = fileTime();
  readonly #hostBefore: Buffer;
  readonly #ownBefore: Buffer;
  readonly #own: TableWatch;
  readonly #host: TableWatch | undefined;
  readonly #ties = new Map<string, string>();
  readonly #remounted = new Map<string, Mount>();
  readonly #mountPoints = new Set<string>();
  #parsedHost: MountTable | undefined;
  #knownMounts: KnownMounts | undefined;
  /** Whether a change of the own table went unseen, since a scope that was put in place is one too. */
  #hasScopes = false;

  constructor(entered: EnteredNamespace) {
    this.#entered = entered;
    this.#own = new TableWatch(entered.procFd);
    this.#host = this.#watchHost();
    this.#hostBefore = readMountInfo(entered.host.mountInfoFd);
    this.#ownBefore = this.#own.read();
  }

  /** A scope was put in place, which is a change itself. */
  onScopeEntered(): void {
    this.#hasScopes = true;
    this.#own.hasChanged();
  }

  /** A scope is about to be left. */
  onScopeLeaving(): void {
    if (this.#own.hasChanged()) this.#look();
  }

  /** Something is mounted at `path`, or was until now: it may be gone when the scope is left. */
  onMounted(path: string): void {
    this.#mountPoints.add(path);
  }

  /** Compares the host with what it was. */
  finish(): Findings {
    try {
      if (this.#hasScopes || this.#own.hasChanged()) this.#look();
      const after = readMountInfo(this.#entered.host.mountInfoFd);
      const isUnchanged = after.equals(this.#hostBefore);
      const { mounts, superblocks } = isUnchanged
        ? NONE
        : findHostChanges(this.#before, new MountTable(after));
      return {
        mounts: mounts.map((mount) => ({ mount, tie: this.#ties.get(keyOf(mount)) })),
        superblocks: superblocks.map((change) => ({
          ...change,
          own: this.#remounted.get(change.after.device),
        })),
        mountPoints: this.#findLeftMountPoints(),
      };
    } finally {
      this.#own.close();
      this.#host?.close();
    }
  }

  get #before(): MountTable {
    this.#parsedHost ??= new MountTable(this.#hostBefore);
    return this.#parsedHost;
  }

  get #known(): KnownMounts {
    this.#knownMounts ??= new KnownMounts(this.#ownBefore);
    return this.#knownMounts;
  }

  /** Takes down what is mounted now and was not when this began. */
  #look(): void {
    const fresh = this.#known.unknownIn(this.#readOwn());
    if (fresh.length === 0) return;
    // What a layer lies on was there before it.
    const layers = new Set(fresh.filter(isOwnLayer).map(({ mountPoint }) => mountPoint));
    for (const { mountPoint } of fresh) if (!layers.has(mountPoint)) this.#mountPoints.add(mountPoint);
    for (const mount of fresh) {
      const before = this.#before.find({ device: mount.device });
      if (before !== undefined) this.#noteRemount(mount, before);
    }
    if (this.#host === undefined || this.#host.hasChanged()) this.#noteTies(fresh);
  }

  #noteRemount(own: Mount, hostBefore: Mount): void {
    const { device, root, mountPoint } = own;
    const ownBefore = new MountTable(this.#ownBefore).find({ device, root, mountPoint });
    if (ownBefore !== undefined && isRemounted({ before: hostBefore, after: own }, ownBefore, own)) {
      this.#remounted.set(device, own);
    }
  }

  #noteTies(own: readonly Mount[]): void {
    const host = new MountTable(readMountInfo(this.#entered.host.mountInfoFd));
    for (const mount of findHostChanges(this.#before, host).mounts) {
      const tie = findTie(mount, own, [...this.#before]);
      if (tie !== undefined) this.#ties.set(keyOf(mount), tie);
    }
  }

  #findLeftMountPoints(): string[] {
    if (this.#mountPoints.size === 0) return [];
    const own = [...new MountTable(this.#readOwn())];
    const { hiddenDevices } = this.#entered.host;
    const hostDevices = new Set([...hiddenDevices, ...[...this.#before].map(({ device }) => device)]);
    return findLeftMountPoints(this.#mountPoints, { since: this.#since, own, hostDevices });
  }

  /** As this process sees it now: a scope has another root directory. */
  #readOwn(): Buffer {
    return readOwnMountInfo(this.#entered.procFd);
  }

  /** The one of the host that we have is read by others, and poll(2) tells of a change once. */
  #watchHost(): TableWatch | undefined {
    return probe(() => new TableWatch(this.#entered.procFd, String(process.ppid)));
  }
}

/** The watch of the test file that is run, if any: scopes tell it of themselves. */
export const watched = processWide<{ file?: LeakWatch | undefined }>('leak-watch', () => ({}));

const NONE: HostChanges = { mounts: [], superblocks: [] };
