import { probe } from '../../native/unless.cjs';
import type { Note } from '../errors/stack-note.cjs';
import { isOwnLayer } from '../layers/own-layer.js';
import { join, pathBelow } from '../mounts/absolute-path.js';
import { type MountChange, type MountDiff, PROPAGATION } from '../mounts/diff-mounts.js';
import { formatDiff } from '../mounts/format-diff.js';
import type { Mount } from '../mounts/mount.js';
import type { MountTable } from '../mounts/mount-table.js';
import { readMounts } from '../mounts/read-mounts.js';
import type { Scope } from './scope.js';
import { scopes } from './scopes.js';

/**
 * Looks at the mounts of a scope that has failed, before it is left. The function that it returns is called when it
 * was left, and says what the scope had made: what it started from is in place again then, so that scopes which
 * do not fail pay nothing for this.
 *
 * Both never throw, since there is an error already that must not be hidden.
 */
export function watchMadeMounts(scope: Scope): () => Note | undefined {
  const isCopyOnWrite = scope.layers.length > 0;
  const { quarantine } = scopes;
  const inside = probe(() => {
    scope.requireCurrent();
    return readMounts('self');
  });
  return () =>
    probe(() => {
      // A quarantine is no place to compare with.
      if (inside === undefined || scopes.quarantine !== quarantine) return undefined;
      const diff = withoutEntering(readMounts('self'), inside);
      // Entering such a scope changes what may be written to, and nothing tells that from what `fn` changed.
      return describe(isCopyOnWrite ? { ...diff, removed: [], changed: [] } : diff);
    });
}

function describe(diff: MountDiff): Note | undefined {
  const lines = formatDiff(diff).split('\n');
  if (lines[0] === '') return undefined;
  const shown =
    lines.length > MANY + 1 ? [...lines.slice(0, MANY), `… and ${lines.length - MANY} more`] : lines;
  return { title: 'this scope had changed the mounts, all undone now:', lines: [...shown, HINT] };
}

/** The difference without what entering the scope and providing mount points did. */
function withoutEntering(outside: MountTable, inside: MountTable): MountDiff {
  const { added, removed, changed } = outside.diff(inside);
  const layers = [...inside].filter(isOwnLayer);
  const covered = new Set(layers.map(({ mountPoint }) => mountPoint));
  const isOnLayer = ({ parentId }: Mount) => layers.some(({ id }) => id === parentId);
  // What lies below a directory that was covered is mounted a second time on the cover.
  const places = new Set([...outside].map(placeOf));
  const isCopy = (mount: Mount) =>
    places.has(placeOf(mount)) || (isOnLayer(mount) && showsTheSame(mount, outside));
  return {
    added: added.filter((mount) => !isOwnLayer(mount) && !isCopy(mount)),
    removed: removed.filter(({ mountPoint }) => !covered.has(mountPoint)),
    changed: changed.map(withoutCopying).filter(({ fields }) => fields.length > 0),
  };
}

/** Whether a mount shows what its place showed before. */
function showsTheSame({ mountPoint, device, root }: Mount, before: MountTable): boolean {
  const below = before.containing(mountPoint);
  if (below?.device !== device) return false;
  return join(below.root, pathBelow(mountPoint, below.mountPoint)) === root;
}

/** The copy that a scope lives in is private throughout, and mounts in it may lie on a cover. */
function withoutCopying(change: MountChange): MountChange {
  const ofTheCopy = change.after.propagation === 'private' ? [...PROPAGATION, 'parentId'] : ['parentId'];
  return { ...change, fields: change.fields.filter((field) => !ofTheCopy.includes(field)) };
}

function placeOf({ mountPoint, device, root }: Mount): string {
  return [mountPoint, device, root].join('\0');
}

const MANY = 20;
const HINT =
  'to see them, pause the test there and run npx ns-tool mounts PID, or ls /proc/PID/root (PID: its process.pid)';
