import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePath, encodePath } from '../../../native/path-bytes.cjs';
import type { Mount } from '../../../src/mounts/mount.js';
import { parseMountInfo } from '../../../src/mounts/parse-mount-info.js';
import { anyMount } from '../../unit/mounts/any-mounts.js';
import { formatMountInfo } from '../../unit/mounts/format-mount-info.js';
import { inPrivateNamespace } from './in-private-namespace.js';

interface FindmntRow {
  id: number;
  parent: number;
  'maj:min': string;
  fsroot: string;
  target: string;
  'vfs-options': string;
  'opt-fields': string | null;
  fstype: string;
  source: string | null;
  'fs-options': string;
  propagation: string;
}

/** What findmnt(8) makes of a table, in our words. */
function findmnt(mountInfo: Buffer): unknown[] {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mountns-'));
  const file = path.join(directory, 'mountinfo');
  fs.writeFileSync(file, mountInfo);
  const columns =
    'ID,PARENT,MAJ:MIN,FSROOT,TARGET,VFS-OPTIONS,OPT-FIELDS,FSTYPE,SOURCE,FS-OPTIONS,PROPAGATION';
  const args = ['--json', '--list', '--notruncate', '--nofsroot', '--tab-file', file, '-o', columns];
  const json = decodePath(execFileSync('findmnt', args, { maxBuffer: 1 << 28 }));
  fs.rmSync(directory, { recursive: true });
  const { filesystems } = JSON.parse(json) as { filesystems: FindmntRow[] };
  return filesystems.map((row) => ({
    id: row.id,
    parentId: row.parent,
    device: row['maj:min'].trim(),
    root: row.fsroot,
    mountPoint: row.target,
    options: row['vfs-options'],
    optionalFields: row['opt-fields'] ?? '',
    fsType: row.fstype,
    source: row.source ?? '',
    superOptions: row['fs-options'],
    propagation: row.propagation,
  }));
}

function asFindmnt(mount: Mount): unknown {
  const fields = [
    ['shared', mount.peerGroup],
    ['master', mount.master],
    ['propagate_from', mount.propagateFrom],
  ].filter(([, number]) => number !== undefined);
  const optionalFields = fields.map((field) => field.join(':'));
  if (mount.propagation === 'unbindable') optionalFields.push('unbindable');
  return {
    id: mount.id,
    parentId: mount.parentId,
    device: mount.device,
    root: mount.root,
    mountPoint: mount.mountPoint,
    options: mount.options.join(','),
    optionalFields: [...optionalFields, ...mount.unknownFields].join(' '),
    fsType: mount.fsType,
    source: mount.source,
    superOptions: mount.superOptions.join(','),
    propagation: FINDMNT_PROPAGATION[mount.propagation],
  };
}

const FINDMNT_PROPAGATION = {
  private: 'private',
  shared: 'shared',
  slave: 'private,slave',
  'slave+shared': 'shared,slave',
  unbindable: 'private,unbindable',
};

test('agrees with findmnt on the table of this machine', () => {
  const mountInfo = fs.readFileSync('/proc/thread-self/mountinfo');
  const mounts = parseMountInfo(mountInfo);
  expect(mounts.length).toBeGreaterThan(0);
  expect(mounts.map(asFindmnt)).toEqual(findmnt(mountInfo));
});

test('agrees with findmnt on mounts whose names are hostile', () => {
  const { mountInfo, names } = inPrivateNamespace(({ fs, native, directory, mkdir }) => {
    const names = [
      ...[
        'a b',
        ' leading',
        'trailing ',
        '  ',
        't\tab',
        'new\nline',
        'back\\slash',
        '\\',
        '\\040',
        'a\\134040b',
      ],
      ...[
        ' - ',
        '-',
        ' - tmpfs tmpfs rw',
        '#',
        'a#b',
        'com,ma',
        'a=b',
        'quo"te',
        "'",
        'cr\r',
        'v\vf\f',
        '\x01\x7f',
      ],
      ...['ä', '日本', '😀', '\u00a0', '\u2028', '\ufeff', '//', 'deleted', '%s', '$(x)', '*', '~'],
    ].map((name) => Buffer.from(name));
    names.push(Buffer.from([0xff, 0xfe]), Buffer.from([0xc3]), Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x62]));
    for (const name of names) {
      const target = mkdir(Buffer.concat([Buffer.from('x'), name]));
      native.mount({
        source: Buffer.concat([Buffer.from('s'), name]),
        target,
        type: 'tmpfs',
        data: 'size=64k',
      });
    }
    return {
      mountInfo: fs.readFileSync('/proc/self/mountinfo', 'latin1'),
      names: names.map((name) => `${directory}/x${name.toString('latin1')}`.replace(/\/+$/, '')),
    };
  });
  const bytes = Buffer.from(mountInfo, 'latin1');
  const mounts = parseMountInfo(bytes);
  const points = new Set(mounts.map(({ mountPoint }) => mountPoint));
  for (const name of names) expect(points).toContain(decodePath(Buffer.from(name, 'latin1')));
  expect(mounts.map(asFindmnt)).toEqual(findmnt(bytes));
});

test('agrees with findmnt on every kind of mount', () => {
  const mountInfo = inPrivateNamespace(({ fs, child_process, native, mkdir }) => {
    const { mount, MS_BIND, MS_SHARED, MS_SLAVE, MS_UNBINDABLE, MS_RDONLY, MS_NOSUID, MS_REMOUNT } = native;
    const propagation = (target: Buffer, flags: number) => mount({ target, flags });
    const tmpfs = (name: string, source = name) => {
      const target = mkdir(name);
      mount({ source, target, type: 'tmpfs' });
      return target;
    };
    propagation(tmpfs('shared'), MS_SHARED);
    const slave = mkdir('slave');
    mount({ source: mkdir('shared'), target: slave, flags: MS_BIND });
    propagation(slave, MS_SLAVE);
    const both = mkdir('both');
    mount({ source: mkdir('shared'), target: both, flags: MS_BIND });
    propagation(both, MS_SLAVE);
    propagation(both, MS_SHARED);
    propagation(tmpfs('unbindable'), MS_UNBINDABLE);
    const readonly = mkdir('readonly');
    mount({ source: mkdir('shared'), target: readonly, flags: MS_BIND });
    mount({ target: readonly, flags: MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID });
    mount({ source: 'superblock', target: mkdir('superblock'), type: 'tmpfs', flags: MS_RDONLY });
    tmpfs('stack', 'beneath');
    tmpfs('stack', '-');
    // mount(2) refuses an empty source in JavaScript, and fsconfig(2) can leave it out; mount(8) passes it on.
    child_process.execFileSync('mount', ['-t', 'tmpfs', '', String(mkdir('stack'))]);
    const gone = mkdir('gone/deleted');
    mount({ source: gone, target: mkdir('view'), flags: MS_BIND });
    fs.rmdirSync(gone);
    const file = `${mkdir('files')}/namespace`;
    fs.writeFileSync(file, '');
    mount({ source: '/proc/self/ns/net', target: file, flags: MS_BIND });
    for (const name of ['l,1', 'l 2', 'up', 'work']) mkdir(`layers/${name}`);
    const layers = String(mkdir('layers'));
    const data = `lowerdir=${layers}/l\\,1:${layers}/l 2,upperdir=${layers}/up,workdir=${layers}/work`;
    mount({ source: 'overlay', target: mkdir('overlay'), type: 'overlay', data });
    mount({ source: 'proc', target: mkdir('proc'), type: 'proc', data: 'hidepid=2' });
    return fs.readFileSync('/proc/self/mountinfo', 'latin1');
  });
  const bytes = Buffer.from(mountInfo, 'latin1');
  const mounts = parseMountInfo(bytes);
  expect(mounts.map(asFindmnt)).toEqual(findmnt(bytes));
  expect(new Set(mounts.map(({ propagation }) => propagation))).toEqual(
    new Set(['private', 'shared', 'slave', 'slave+shared', 'unbindable']),
  );
  expect(mounts).toContainEqual(expect.objectContaining({ fsType: 'tmpfs', source: '' }));
  expect(mounts).toContainEqual(expect.objectContaining({ root: expect.stringMatching(/\/\/deleted$/) }));
  expect(mounts).toContainEqual(expect.objectContaining({ root: expect.stringMatching(/^net:\[\d+\]$/) }));
  const overlay = mounts.find(({ fsType }) => fsType === 'overlay') as Mount;
  expect(overlay.superOptions).toContainEqual(expect.stringMatching(/^lowerdir=.*\/l\\,1:.*\/l 2$/));
});

// What is unbindable is in no group.
const isTied = ({ peerGroup, master, propagateFrom }: Omit<Mount, 'propagation'>) =>
  [peerGroup, master, propagateFrom].some((group) => group !== undefined);
const upTo = (max: number) => fc.integer({ min: 1, max });

// What is missing or 0 here, no kernel prints so, and libmount takes it for a line that it can't read. A device
// number has to fit its dev_t; fields that it does not know stay undecoded, and a CR at
// the end of a line is cut.
const anyPrintedMount = fc
  .tuple(
    anyMount.filter(({ propagation, ...tied }) => propagation !== 'unbindable' || !isTied(tied)),
    upTo(0x7fffffff),
    upTo(0x7fffffff),
    upTo(0xfff),
    upTo(0xfffff),
  )
  .map(([mount, id, parentId, major, minor]) => ({
    ...mount,
    id,
    parentId,
    device: `${major}:${minor}`,
    root: `/${mount.root}`,
    unknownFields: [],
    fsType: `t${mount.fsType}`,
    options: ['rw', ...mount.options],
    superOptions: ['rw', ...mount.superOptions, 'last'],
  }));

test('agrees with findmnt on tables of any mounts', () => {
  fc.assert(
    fc.property(fc.array(anyPrintedMount, { minLength: 1, maxLength: 50 }), (mounts) => {
      const bytes = encodePath(formatMountInfo(mounts));
      expect(parseMountInfo(bytes).map(asFindmnt)).toEqual(findmnt(bytes));
    }),
    { numRuns: 10 },
  );
});
