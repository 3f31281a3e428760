import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  MS_BIND,
  MS_MOVE,
  MS_NODEV,
  MS_PRIVATE,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SYNCHRONOUS,
} from '../../../native/constants.cjs';
import { bindMount } from '../../../src/operations/bind.js';
import { maskPath } from '../../../src/operations/mask.js';
import { mountFileSystem } from '../../../src/operations/mount.js';
import { moveMountPoint } from '../../../src/operations/move.js';
import { mountOverlay } from '../../../src/operations/overlay.js';
import { changeRoot } from '../../../src/operations/pivot-root.js';
import { mountProc } from '../../../src/operations/proc.js';
import { setPropagation } from '../../../src/operations/propagation.js';
import { makeReadOnly } from '../../../src/operations/readonly.js';
import { changeMountFlags } from '../../../src/operations/remount.js';
import { mountTmpfs } from '../../../src/operations/tmpfs.js';
import { unmount } from '../../../src/operations/umount.js';

// In this process nothing can be mounted: what is not refused before fails with another error.
function refuses(operation: () => void, message: string): void {
  expect(operation).toThrow(new TypeError(message));
}

/** What no argument of these types should be. */
const bad = (value: unknown) => value as never;

const PATHS: Record<string, (path: never) => void> = {
  target: (path) => mountTmpfs(path, {}),
  source: (path) => bindMount(path, '/b', {}),
  from: (path) => moveMountPoint(path, '/b'),
  to: (path) => moveMountPoint('/a', path),
  newRoot: (path) => changeRoot(path, undefined),
  putOld: (path) => changeRoot('/a', path),
  lower: (path) => mountOverlay('/a', { lower: path }),
  'lower[1]': (path) => mountOverlay('/a', { lower: ['/b', path] }),
  upper: (path) => mountOverlay('/a', { upper: path, work: '/b' }),
  work: (path) => mountOverlay('/a', { upper: '/b', work: path }),
};

describe('a path', () => {
  test.each(Object.entries(PATHS))('%s is absolute, plain text, and stays inside', (name, operation) => {
    refuses(() => operation(bad('a/b')), `${name} must be an absolute path, received 'a/b'`);
    refuses(() => operation(bad('')), `${name} must not be empty`);
    refuses(() => operation(bad(7)), `${name} must be a string, received 7`);
    refuses(() => operation(bad('/a\0b')), `${name} must not contain a NUL byte, received '/a\\x00b'`);
    refuses(() => operation(bad('/a/../b')), `${name} must not contain "..", received '/a/../b'`);
    refuses(
      () => operation(bad('/a\ud800')),
      `${name} must not contain a lone surrogate outside U+DC80 to U+DCFF, received ${inspect('/a\ud800')}`,
    );
  });

  test.each([
    ['bind', (path: never) => bindMount('/a', path, {})],
    ['overlay', (path: never) => mountOverlay(path, {})],
    ['proc', (path: never) => mountProc(path)],
    ['readonly', (path: never) => makeReadOnly(path, {})],
    ['remount', (path: never) => changeMountFlags(path, { flags: ['ro'] })],
    ['mask', (path: never) => maskPath(path)],
    ['propagation', (path: never) => setPropagation(path, 'shared', {})],
    ['umount', (path: never) => unmount(path, {})],
    ['mount', (path: never) => mountFileSystem({ target: path, type: 'tmpfs' })],
  ])('of %s too', (_, operation) => {
    refuses(() => operation(bad('a')), "target must be an absolute path, received 'a'");
  });

  test('for the old root lies in the new one', () => {
    refuses(() => changeRoot('/a', '/ab'), 'putOld must lie in newRoot (/a), received /ab');
    refuses(() => changeRoot('/a/b', '/a'), 'putOld must lie in newRoot (/a/b), received /a');
  });
});

describe('an option', () => {
  test.each([
    ['bind', 'recursive, readonly', (options: never) => bindMount('/a', '/b', options)],
    ['overlay', 'lower, upper, work', (options: never) => mountOverlay('/a', options)],
    ['readonly', 'recursive', (options: never) => makeReadOnly('/a', options)],
    ['remount', 'flags, recursive', (options: never) => changeMountFlags('/a', options)],
    ['propagation', 'recursive', (options: never) => setPropagation('/a', 'shared', options)],
    ['umount', 'lazy, force', (options: never) => unmount('/a', options)],
    ['tmpfs', 'size, inodes, mode, flags', (options: never) => mountTmpfs('/a', options)],
  ])('of %s is one that it has', (name, known, operation) => {
    refuses(
      () => operation(bad({ recursiv: true })),
      `unknown option of ${name}: recursiv: true, known are ${known}`,
    );
    refuses(() => operation(bad(true)), `options of ${name} must be an object, received true`);
    refuses(() => operation(bad(null)), `options of ${name} must be an object, received null`);
    refuses(() => operation(bad(['a'])), `options of ${name} must be an object, received [ 'a' ]`);
  });

  test.each([
    ['recursive', (value: never) => bindMount('/a', '/b', { recursive: value })],
    ['readonly', (value: never) => bindMount('/a', '/b', { readonly: value })],
    ['recursive', (value: never) => makeReadOnly('/a', { recursive: value })],
    ['recursive', (value: never) => changeMountFlags('/a', { flags: [], recursive: value })],
    ['recursive', (value: never) => setPropagation('/a', 'shared', { recursive: value })],
    ['lazy', (value: never) => unmount('/a', { lazy: value })],
    ['force', (value: never) => unmount('/a', { force: value })],
  ])('%s is a boolean', (name, operation) => {
    refuses(() => operation(bad('yes')), `${name} must be a boolean, received 'yes'`);
  });
});

test('a size is bytes, or a whole number with a unit', () => {
  for (const size of ['1x', '', '-1', '1.5m', 'm', '0', 0, -1, 1.5, Number.NaN, null]) {
    const received = typeof size === 'string' ? `'${size}'` : String(size);
    refuses(
      () => mountTmpfs('/a', { size: bad(size) }),
      `size must be bytes or text such as '64k', '1m' or '50%', received ${received}`,
    );
  }
});

test('a size is one that the kernel can count', () => {
  for (const size of [
    '16777216t',
    '9007199254740992K',
    '8388608T',
    '9223372036854775808',
    '99999999999999999999%',
  ])
    refuses(() => mountTmpfs('/a', { size }), `size must be below 2^63 bytes, received '${size}'`);
  for (const size of ['8388607t', '100%', '9223372036854775807'])
    expect(() => mountTmpfs('/a', { size })).not.toThrow(TypeError);
});

test('a type is that of a file system', () => {
  refuses(
    () => mountFileSystem({ target: '/a', type: 'bind' }),
    "type must be a file system, received 'bind': use ns.bind(source, target)",
  );
  refuses(
    () => mountFileSystem({ target: '/a', type: 'move' }),
    "type must be a file system, received 'move': use ns.move(from, to)",
  );
});

test('an overlay has lower directories', () => {
  refuses(
    () => mountFileSystem({ target: '/a', type: 'overlay' }),
    'data must hold the lowerdir of an overlay, received {}: or use ns.overlay(target)',
  );
  refuses(
    () => mountFileSystem({ target: '/a', type: 'overlay', data: 'upperdir=/u,workdir=/w' }),
    "data must hold the lowerdir of an overlay, received 'upperdir=/u,workdir=/w': or use ns.overlay(target)",
  );
});

test('inodes are a count, and a mode is permission bits', () => {
  refuses(() => mountTmpfs('/a', { inodes: 0 }), 'inodes must be a whole number above 0, received 0');
  refuses(
    () => mountTmpfs('/a', { inodes: bad('1k') }),
    "inodes must be a whole number above 0, received '1k'",
  );
  refuses(
    () => mountTmpfs('/a', { mode: 0o10000 }),
    'mode must be permission bits from 0 to 0o7777, received 4096',
  );
  refuses(
    () => mountTmpfs('/a', { mode: bad('0755') }),
    "mode must be permission bits from 0 to 0o7777, received '0755'",
  );
});

test('a propagation type is one of the four', () => {
  const known = 'private, shared, slave, unbindable';
  for (const type of ['rshared', '', 'toString', 7]) {
    const received = typeof type === 'string' ? `'${type}'` : String(type);
    refuses(() => setPropagation('/a', bad(type), {}), `type must be one of ${known}, received ${received}`);
  }
});

describe('flags', () => {
  const mount = (flags: unknown) => () => mountFileSystem({ target: '/a', type: 'tmpfs', flags: bad(flags) });
  const FLAGS = 'ro, nosuid, nodev, noexec, noatime, nodiratime, relatime, strictatime, nosymfollow';

  test.each([
    [MS_REMOUNT, 'MS_REMOUNT', 'ns.remount(target, { flags })'],
    [MS_REMOUNT | MS_BIND, 'MS_REMOUNT', 'ns.remount(target, { flags })'],
    [MS_BIND | MS_REC | MS_NODEV, 'MS_BIND', 'ns.bind(source, target)'],
    [MS_MOVE, 'MS_MOVE', 'ns.move(from, to)'],
    [MS_PRIVATE | MS_REC, 'MS_PRIVATE', "ns.propagation(target, 'private')"],
    [MS_SHARED, 'MS_SHARED', "ns.propagation(target, 'shared')"],
    [MS_REC, 'MS_REC', 'the option recursive of ns.bind() or ns.propagation()'],
    [MS_SYNCHRONOUS, 'MS_SYNCHRONOUS', "data: 'sync', it is an option of the whole file system"],
  ])('%i are refused with the name of what to use', (flags, name, use) => {
    refuses(mount(flags), `flags must not hold ${name}: use ${use}`);
  });

  test.each([
    ['remount', 'ns.remount(target, { flags })'],
    ['rbind', 'ns.bind(source, target)'],
    ['move', 'ns.move(from, to)'],
    ['rslave', "ns.propagation(target, 'slave', { recursive: true })"],
    ['make-unbindable', "ns.propagation(target, 'unbindable')"],
    ['dirsync', "data: 'dirsync', it is an option of the whole file system"],
  ])('%s is refused with the name of what to use', (flag, use) => {
    refuses(mount(['nodev', flag]), `flags must not hold '${flag}': use ${use}`);
  });

  test('are known, and do not exclude each other', () => {
    refuses(mount(['exec']), `unknown mount flag 'exec', known are ${FLAGS}`);
    refuses(mount([7]), `unknown mount flag 7, known are ${FLAGS}`);
    refuses(mount('ro'), "flags must be a list of names or a number, received 'ro'");
    refuses(mount(1.5), 'flags must be a whole number, received 1.5');
    refuses(
      mount(2 ** 30),
      'flags hold bits that are no flags of a single mount: 1073741824 (left over: 1073741824)',
    );
    refuses(
      mount(['noatime', 'strictatime']),
      "flags may name one of relatime, noatime, strictatime, received [ 'noatime', 'strictatime' ]",
    );
  });

  test('are names only where bits are not what mount(2) is given', () => {
    for (const flags of ['ro', 8, null]) {
      const message = `flags must be a list of names, received ${inspect(flags)}`;
      refuses(() => mountTmpfs('/a', { flags: bad(flags) }), message);
      refuses(() => changeMountFlags('/a', { flags: bad(flags) }), message);
    }
  });

  test('of a remount may be opposites, but not of each other', () => {
    const change = (flags: unknown) => () => changeMountFlags('/a', { flags: bad(flags) });
    refuses(change(['ro', 'rw']), "flags name a flag and its opposite: [ 'ro', 'rw' ]");
    refuses(
      change(['atime']),
      `unknown mount flag 'atime', known are ${FLAGS}, rw, suid, dev, exec, diratime, symfollow`,
    );
    refuses(change(['bind']), "flags must not hold 'bind': use ns.bind(source, target)");
    refuses(change(undefined), 'flags must be a list of names, received undefined');
  });
});

test('a remount takes no options of a file system', () => {
  refuses(
    () => changeMountFlags('/a', bad({ data: 'size=1m' })),
    'remount takes no data: options of a file system belong to its superblock, which the host may have mounted too. Mount a new file system instead',
  );
});

describe('a request to mount', () => {
  const mount = (request: object) => () => mountFileSystem({ target: '/a', type: 'tmpfs', ...request });

  test('names a file system, and a source', () => {
    refuses(mount({ type: '' }), "type must be the name of a file system, received ''");
    refuses(mount({ type: undefined }), 'type must be the name of a file system, received undefined');
    refuses(mount({ source: '' }), "source must be a non-empty string, received ''");
    refuses(() => mountFileSystem(bad(undefined)), 'options of mount must be an object, received undefined');
  });

  test('has options as text or as an object', () => {
    refuses(mount({ data: 7 }), 'data must be a string or an object, received 7');
    refuses(mount({ data: ['size=1m'] }), "data must be a string or an object, received [ 'size=1m' ]");
    refuses(mount({ data: { size: false } }), 'data.size must be a string, a number or true, received false');
    refuses(mount({ data: { mode: 0o755 } }), "data.mode must be octal text, received 493, which is '0755'");
    refuses(mount({ data: { umask: 7 } }), "data.umask must be octal text, received 7, which is '0007'");
    refuses(
      mount({ data: 'size="1m,mode=0700' }),
      `data must close the quotes that it opens, received 'size="1m,mode=0700'`,
    );
    refuses(
      mount({ data: { 'mode=0700,size': '1m' } }),
      "data must hold names of options, received 'mode=0700,size' in { 'mode=0700,size': '1m' }",
    );
    refuses(mount({ data: '=1m' }), "data must hold names of options, received '' in '=1m'");
    refuses(
      mount({ data: 'size=1m,size=2m' }),
      "data must hold each option once, received 'size=1m,size=2m'",
    );
    refuses(
      mount({ data: { source: '/dev/sda' } }),
      'data must not hold source, an option of mount by itself',
    );
  });
});

test('an overlay has upper and work together, and something below', () => {
  refuses(() => mountOverlay('/a', { work: '/w' }), "work needs upper, received only work: '/w'");
  refuses(
    () => mountOverlay('/a', { upper: '/u' }),
    "upper needs work, an empty directory on the same mount, received only upper: '/u'",
  );
  refuses(() => mountOverlay('/a', { lower: [] }), 'lower must name at least one directory, received []');
});
