import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect } from 'mountns/vitest';
import { listEverywhere, operationTest, readEverywhere, writeEverywhere } from './operation-test.js';

operationTest('overlay makes a directory copy-on-write', ['d/', 'd/f', 'd/g'], async (ns, dir) => {
  ns.overlay(`${dir}/d`);
  fs.writeFileSync(`${dir}/d/f`, 'changed');
  fs.rmSync(`${dir}/d/g`);
  fs.writeFileSync(`${dir}/d/h`, 'new');
  expect(await listEverywhere(`${dir}/d`)).toEqual(['f', 'h']);
  expect(await readEverywhere(`${dir}/d/f`)).toBe('changed');
  expect(`${dir}/d`).toBeMountPoint({ type: 'overlay' });
  expect(ns).toBeIsolatedFromHost(`${dir}/d`);
});

operationTest('overlay keeps the mounts below in sight', ['d/sub/'], async (ns, dir) => {
  ns.tmpfs(`${dir}/d/sub`);
  fs.writeFileSync(`${dir}/d/sub/f`, 'kept');
  ns.overlay(`${dir}/d`);
  expect(await readEverywhere(`${dir}/d/sub/f`)).toBe('kept');
});

operationTest(
  'overlay keeps stacked mounts below in sight where the root is shared',
  ['d/sub/'],
  (ns, dir) => {
    for (const name of ['lower', 'upper']) {
      ns.tmpfs(`${dir}/d/sub`);
      fs.writeFileSync(`${dir}/d/sub/${name}`, '');
    }
    ns.propagation('/', 'shared');
    ns.overlay(`${dir}/d`);
    expect(fs.readdirSync(`${dir}/d/sub`)).toEqual(['upper']);
    ns.propagation('/', 'private');
  },
);

operationTest(
  'overlay takes relative paths along when the working directory is covered',
  ['d/'],
  (ns, dir) => {
    process.chdir(`${dir}/d`);
    ns.overlay(`${dir}/d`);
    fs.writeFileSync('relative', '');
    expect(fs.readdirSync(`${dir}/d`)).toEqual(['relative']);
    process.chdir('/');
  },
);

operationTest('overlay leaves a working directory that is covered where it is', ['d/sub/'], (ns, dir) => {
  process.chdir(`${dir}/d/sub`);
  const { ino } = fs.statSync('.');
  ns.tmpfs(`${dir}/d/sub`);
  ns.overlay(`${dir}/d`);
  expect(fs.statSync('.').ino).toBe(ino);
  ns.overlay('/');
  expect(fs.statSync('.').ino).toBe(ino);
});

operationTest('overlay leaves a working directory that is deleted where it is', [], (ns, dir) => {
  ns.tmpfs(`${dir}/d`);
  fs.mkdirSync(`${dir}/d/sub`);
  process.chdir(`${dir}/d/sub`);
  fs.rmdirSync(`${dir}/d/sub`);
  ns.overlay(`${dir}/d`);
  expect(() => fs.writeFileSync('f', '')).toThrow('ENOENT');
});

operationTest(
  'overlay merges the lower directories, the first on top',
  ['a/', 'a/f', 'b/'],
  async (ns, dir) => {
    ns.tmpfs(`${dir}/b`);
    fs.writeFileSync(`${dir}/b/f`, 'beneath');
    fs.writeFileSync(`${dir}/b/g`, 'g');
    ns.overlay(`${dir}/merged`, { lower: [`${dir}/a`, `${dir}/b`] });
    expect(await listEverywhere(`${dir}/merged`)).toEqual(['f', 'g']);
    expect(await readEverywhere(`${dir}/merged/f`)).toBe('a/f');
    expect(await writeEverywhere(`${dir}/merged/f`)).toBe('written');
    expect(ns.mounts().at(`${dir}/merged`)?.superOptions).toContain(`lowerdir=${dir}/a:${dir}/b`);
  },
);

operationTest('overlay has the permissions and the owner of its lower directory', ['a/'], (ns, dir) => {
  fs.chownSync(`${dir}/a`, 12, 34);
  fs.chmodSync(`${dir}/a`, 0o2751);
  ns.overlay(`${dir}/b`, { lower: `${dir}/a` });
  expect(fs.statSync(`${dir}/b`)).toMatchObject({ uid: 12, gid: 34, mode: 0o42751 });
});

operationTest('overlay writes to the upper directory that it is given', ['a/', 'a/f'], async (ns, dir) => {
  ns.tmpfs(`${dir}/layers`);
  for (const name of ['upper', 'work']) fs.mkdirSync(`${dir}/layers/${name}`);
  ns.overlay(`${dir}/a`, { upper: `${dir}/layers/upper`, work: `${dir}/layers/work` });
  expect(await readEverywhere(`${dir}/a/f`)).toBe('a/f');
  expect(await writeEverywhere(`${dir}/a/new`)).toBe('written');
  expect(fs.readdirSync(`${dir}/layers/upper`)).toEqual(['new']);
  expect(`${dir}/a`).toBeMountPoint({ options: [`upperdir=${dir}/layers/upper`] });
});

const ODD_NAMES = ['a:b', 'a,b=c', 'a\\b', 'a\\:b', 'a b', 'a\nb', '"a"', 'ä', '#a', 'a\\', 'x'.repeat(200)];

operationTest('overlay takes layers whatever their names are', [], async (ns, dir) => {
  ns.tmpfs(`${dir}/layers`);
  for (const [index, name] of ODD_NAMES.entries()) {
    const [lower, second, upper, work] = ['lower', 'second', 'upper', 'work'].map((kind) => {
      fs.mkdirSync(`${dir}/layers/${name}/${kind},:\\`, { recursive: true });
      return `${dir}/layers/${name}/${kind},:\\`;
    });
    fs.writeFileSync(`${lower}/f`, name);
    fs.writeFileSync(`${second}/g`, '');
    ns.overlay(`${dir}/${index}`, { lower: [lower as string, second as string] });
    expect(await readEverywhere(`${dir}/${index}/f`)).toBe(name);
    ns.overlay(`${dir}/${index}`, { lower: [lower, second] as string[], upper, work } as never);
    expect(await listEverywhere(`${dir}/${index}`)).toEqual(['f', 'g']);
    fs.writeFileSync(`${dir}/${index}/h`, '');
    expect(fs.readdirSync(upper as string)).toEqual(['h']);
  }
});

operationTest('overlay itself goes where names are odd', [], async (ns, dir) => {
  ns.tmpfs(`${dir}/t`);
  for (const name of ODD_NAMES) {
    fs.mkdirSync(`${dir}/t/${name}`);
    fs.writeFileSync(`${dir}/t/${name}/f`, name);
    ns.overlay(`${dir}/t/${name}`);
    expect(await readEverywhere(`${dir}/t/${name}/f`)).toBe(name);
    expect(ns.mounts().at(`${dir}/t/${name}`)?.fsType).toBe('overlay');
  }
});

operationTest('overlay takes more layers than fit into one option', [], async (ns, dir) => {
  ns.tmpfs(`${dir}/layers`);
  const lower = Array.from({ length: 60 }, (_, index) => `${dir}/layers/${index}`);
  for (const each of lower) fs.mkdirSync(each);
  fs.writeFileSync(`${lower.at(-1)}/last`, '');
  ns.overlay(`${dir}/merged`, { lower });
  expect(await listEverywhere(`${dir}/merged`)).toEqual(['last']);
});

operationTest('overlay of what is missing is an error', ['a/'], (ns, dir) => {
  const before = String(ns.mounts());
  expect(() => ns.overlay(`${dir}/none`)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(() => ns.overlay(`${dir}/a`, { lower: `${dir}/none` })).toThrow(
    expect.objectContaining({ code: 'ENOENT', why: `lower ${dir}/none does not exist` }),
  );
  expect(String(ns.mounts())).toBe(before);
});

operationTest('overlay says that a file is no work directory', ['d/', 'u/', 'f'], (ns, dir) => {
  const layers = { lower: `${dir}/d`, upper: `${dir}/u`, work: `${dir}/f` };
  const error = {
    name: 'MountError',
    code: 'EINVAL',
    why: `work ${dir}/f is a file, and a directory is needed`,
  };
  expect(() => ns.overlay('/mnt/x', layers)).toThrow(expect.objectContaining(error));
});

operationTest(
  'overlay is refused where the kernel would make it read-only',
  ['d/', 'd/f', 't/'],
  (ns, dir) => {
    ns.tmpfs(`${dir}/t`);
    const [upper, work] = [`${dir}/t/upper`, `${dir}/t/work`];
    for (const directory of [upper, work]) fs.mkdirSync(directory);
    const before = String(ns.mounts());
    execFileSync('chattr', ['+i', work]);
    expect(() => ns.overlay(`${dir}/d`, { upper, work })).toThrow(
      expect.objectContaining({
        code: 'EROFS',
        path: `${dir}/d`,
        message: expect.stringContaining(`mount overlay on ${dir}/d failed: the kernel made it read-only`),
        why: `it can't make what it needs in ${work}: the kernel's log has the reason (dmesg)`,
        fix: `have ${upper} and ${work} on a tmpfs, say: not every file system is fit for them`,
      }),
    );
    expect(String(ns.mounts())).toBe(before);
    execFileSync('chattr', ['-i', work]);
    ns.overlay(`${dir}/d`, { upper, work });
    fs.appendFileSync(`${dir}/d/f`, 'new');
  },
);
