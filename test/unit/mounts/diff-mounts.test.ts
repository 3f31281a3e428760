import { expect, test } from 'vitest';

import { diffMounts } from '../../../src/mounts/diff-mounts.js';
import { formatDiff } from '../../../src/mounts/format-diff.js';
import { MountTable } from '../../../src/mounts/mount-table.js';

const ROOT = '1 0 254:0 / / rw,relatime - ext4 /dev/sda1 rw\n';
const A = '2 1 0:50 / /a rw - tmpfs a rw\n';
const table = (...lines: string[]) => new MountTable(lines.join(''));
const unchanged = { added: [], removed: [], changed: [] };

test('finds no difference between a table and itself', () => {
  expect(table(ROOT, A).diff(table(ROOT, A))).toEqual(unchanged);
  expect(formatDiff(unchanged)).toBe('');
});

test('finds what was added and removed', () => {
  const before = table(ROOT, A);
  const after = table(ROOT, '3 1 0:51 / /b rw - tmpfs b rw\n');
  const diff = before.diff(after);
  expect(diff).toEqual({ added: [after.at('/b')], removed: [before.at('/a')], changed: [] });
  expect(formatDiff(diff)).toMatchInlineSnapshot(`
    "- a on /a type tmpfs (rw), private
    + b on /b type tmpfs (rw), private"
  `);
});

test.each([
  ['ro - tmpfs a rw', ['options'], '~ /a: options rw → ro'],
  ['rw - tmpfs a ro,size=1k', ['superOptions'], '~ /a: superOptions rw → ro,size=1k'],
  [
    'rw shared:4 - tmpfs a rw',
    ['propagation', 'peerGroup'],
    '~ /a: propagation private → shared, peerGroup none → 4',
  ],
  [
    'rw master:4 - tmpfs a rw',
    ['propagation', 'master'],
    '~ /a: propagation private → slave, master none → 4',
  ],
  ['rw unbindable - tmpfs a rw', ['propagation'], '~ /a: propagation private → unbindable'],
  ['rw propagate_from:4 - tmpfs a rw', ['propagateFrom'], '~ /a: propagateFrom none → 4'],
  ['rw new - tmpfs a rw', ['unknownFields'], '~ /a: unknownFields  → new'],
])('finds the fields that changed: %s', (rest, fields, text) => {
  const before = table(ROOT, A);
  const after = table(ROOT, `2 1 0:50 / /a ${rest}\n`);
  const diff = before.diff(after);
  expect(diff).toEqual({
    ...unchanged,
    changed: [{ before: before.at('/a'), after: after.at('/a'), fields }],
  });
  expect(formatDiff(diff)).toBe(text);
});

test('tells the peer group from an equal one with another number', () => {
  const before = table(ROOT, '2 1 0:50 / /a rw shared:4 - tmpfs a rw\n');
  const after = table(ROOT, '2 1 0:50 / /a rw shared:5 - tmpfs a rw\n');
  expect(formatDiff(before.diff(after))).toBe('~ /a: peerGroup 4 → 5');
});

test('finds a mount that was moved by its id', () => {
  const diff = table(ROOT, A).diff(table(ROOT, '2 1 0:50 / /b rw - tmpfs a rw\n'));
  expect(formatDiff(diff)).toBe('~ /a: mountPoint /a → /b');
});

test.each([
  ['another device', '2 1 0:51 / /a rw - tmpfs a rw\n'],
  ['another root', '2 1 0:50 /x /a rw - tmpfs a rw\n'],
  ['another type', '2 1 0:50 / /a rw - ramfs a rw\n'],
  ['another source', '2 1 0:50 / /a rw - tmpfs b rw\n'],
])('does not take a new mount with %s for the old one whose id it got', (_, line) => {
  const diff = table(ROOT, A).diff(table(ROOT, line));
  expect([diff.added.length, diff.removed.length, diff.changed]).toEqual([1, 1, []]);
});

test('does not take a mount for an old one whose file system has ended, even with its device and id', () => {
  const [before, after] = [table(ROOT, A), table(ROOT, A)];
  const diff = diffMounts(before, after, new Set(['0:50']));
  expect(diff).toEqual({ added: [after.at('/a')], removed: [before.at('/a')], changed: [] });
});

test('finds no difference in a copy of the namespace, where all ids are new', () => {
  const copy = table(
    '11 10 254:0 / / rw,relatime - ext4 /dev/sda1 rw\n',
    '12 11 0:50 / /a rw - tmpfs a rw\n',
  );
  expect(table(ROOT, A).diff(copy)).toEqual(unchanged);
});

test('finds what differs in a copy of the namespace', () => {
  const copy = table(
    '11 10 254:0 / / rw,relatime - ext4 /dev/sda1 rw\n',
    '12 11 0:50 / /a ro - tmpfs a rw\n',
    '13 12 0:52 / /a/b rw - tmpfs b rw\n',
  );
  expect(formatDiff(table(ROOT, A).diff(copy))).toMatchInlineSnapshot(`
    "+ b on /a/b type tmpfs (rw), private
    ~ /a: options rw → ro"
  `);
});

test('pairs equal mounts of a stack from the bottom up', () => {
  const bind = (id: number, parentId: number, options = 'rw') =>
    `${id} ${parentId} 254:0 /x /x ${options} - ext4 /dev/sda1 rw\n`;
  const before = table(ROOT, bind(2, 1), bind(3, 2));
  const diff = before.diff(table(ROOT, bind(12, 1), bind(13, 12), bind(14, 13, 'ro')));
  expect(formatDiff(diff)).toBe('+ /dev/sda1[/x] on /x type ext4 (ro), private');
});

test('finds each of a stack of equal mounts again by its id', () => {
  const twice = ['2 1 0:50 / /a ro - tmpfs a rw\n', '3 2 0:50 / /a rw - tmpfs a rw\n'];
  const diff = table(ROOT, ...twice).diff(table(ROOT, '3 1 0:50 / /a rw - tmpfs a rw\n'));
  expect(formatDiff(diff)).toMatchInlineSnapshot(`
    "- a on /a type tmpfs (ro), private
    ~ /a: on top of another mount"
  `);
});

test('prefers the mount at the same place to the one with the same id', () => {
  const before = table(ROOT, '2 1 254:0 /x /a rw - ext4 /dev/sda1 rw\n');
  const after = table(
    ROOT,
    '2 1 254:0 /x /b rw - ext4 /dev/sda1 rw\n',
    '3 1 254:0 /x /a rw - ext4 /dev/sda1 rw\n',
  );
  expect(formatDiff(before.diff(after))).toBe('+ /dev/sda1[/x] on /b type ext4 (rw), private');
});

test('sees that a mount was put beneath another', () => {
  const after = table(ROOT, '2 3 0:50 / /a rw - tmpfs a rw\n', '3 1 0:51 / /a rw - tmpfs under rw\n');
  expect(formatDiff(table(ROOT, A).diff(after))).toMatchInlineSnapshot(`
    "+ under on /a type tmpfs (rw), private
    ~ /a: on top of another mount"
  `);
});

test('takes iterables that can be read once', () => {
  function* once(source: MountTable) {
    yield* source;
  }
  const diff = diffMounts(once(table(ROOT, A)), once(table(ROOT, A.replace('rw', 'ro'))));
  expect(formatDiff(diff)).toBe('~ /a: options rw → ro');
});
