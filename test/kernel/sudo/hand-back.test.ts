import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'mountns/vitest';
import { handBack } from '../../../src/sudo/hand-back.js';
import { temporaryDirectory } from '../../temporary-directory.js';

const user = { uid: 1234, gid: 2345 };
const other = { uid: 3456, gid: 4567 };
const root = { uid: 0, gid: 0 };

/** A project of the user, and a directory beside it that belongs to root. */
function makeProject(): { project: string; outside: string } {
  const directory = temporaryDirectory();
  const [project, outside] = ['project', 'outside'].map((name) => path.join(directory, name)) as [
    string,
    string,
  ];
  for (const each of [project, outside]) fs.mkdirSync(each);
  fs.chownSync(project, user.uid, user.gid);
  return { project, outside };
}

const ownerOf = (file: string) => {
  const { uid, gid } = fs.lstatSync(file);
  return { uid, gid };
};

/** A moment that everything made before lies before, by the clock of the file system. */
function now(directory: string): number {
  const file = path.join(directory, '.clock');
  let before: number | undefined;
  for (;;) {
    fs.writeFileSync(file, '');
    const { birthtimeMs } = fs.statSync(file);
    fs.rmSync(file);
    before ??= birthtimeMs;
    if (birthtimeMs > before) return birthtimeMs;
  }
}

test('gives what root has made to the user: files, directories, links', () => {
  const { project, outside } = makeProject();
  const since = now(outside);
  fs.mkdirSync(`${project}/coverage/deep`, { recursive: true });
  fs.writeFileSync(`${project}/coverage/deep/report`, '');
  fs.mkdirSync(`${project}/node_modules/.vite/results`, { recursive: true });
  fs.writeFileSync(`${project}/node_modules/.vite/results/file`, '');
  fs.writeFileSync(`${outside}/target`, '');
  fs.symlinkSync(`${outside}/target`, `${project}/link`);
  handBack(project, user, since);
  for (const name of [
    'coverage',
    'coverage/deep',
    'coverage/deep/report',
    'node_modules',
    'node_modules/.vite/results/file',
    'link',
  ]) {
    expect({ name, ...ownerOf(`${project}/${name}`) }).toEqual({ name, ...user });
  }
  expect(ownerOf(`${outside}/target`)).toEqual(root);
});

test('leaves what was there before, what belongs to others, and groups that directories give', () => {
  const { project, outside } = makeProject();
  fs.mkdirSync(`${project}/old`);
  fs.writeFileSync(`${project}/old/file`, '');
  const since = now(outside);
  fs.writeFileSync(`${project}/others`, '');
  fs.chownSync(`${project}/others`, other.uid, other.gid);
  fs.writeFileSync(`${project}/grouped`, '');
  fs.chownSync(`${project}/grouped`, 0, other.gid);
  fs.writeFileSync(`${project}/old/new`, '');
  handBack(project, user, since);
  expect(ownerOf(`${project}/old`)).toEqual(root);
  expect(ownerOf(`${project}/old/file`)).toEqual(root);
  expect(ownerOf(`${project}/old/new`)).toEqual(user);
  expect(ownerOf(`${project}/others`)).toEqual(other);
  expect(ownerOf(`${project}/grouped`)).toEqual({ uid: user.uid, gid: other.gid });
});

test('follows no way out of the project: links, hard links, mounts', ({ ns }) => {
  const { project, outside } = makeProject();
  const since = now(outside);
  fs.mkdirSync(`${outside}/directory`);
  fs.writeFileSync(`${outside}/directory/file`, '');
  fs.writeFileSync(`${outside}/shared`, '');
  fs.symlinkSync(`${outside}/directory`, `${project}/link`);
  fs.linkSync(`${outside}/shared`, `${project}/shared`);
  fs.mkdirSync(`${project}/mounted`);
  fs.mkdirSync(`${project}/bound`);
  ns.tmpfs(`${project}/mounted`);
  fs.writeFileSync(`${project}/mounted/file`, '');
  execFileSync('mount', ['--bind', `${outside}/directory`, `${project}/bound`]);
  handBack(project, user, since);
  expect(ownerOf(`${project}/link`)).toEqual(user);
  for (const name of ['directory', 'directory/file', 'shared']) {
    expect({ name, ...ownerOf(`${outside}/${name}`) }).toEqual({ name, ...root });
  }
  expect(ownerOf(`${project}/mounted/file`)).toEqual(root);
});

test('gives a file, and the directories above it that were made too, with what is in them', () => {
  const { project, outside } = makeProject();
  const since = now(outside);
  fs.mkdirSync(`${project}/reports/deep`, { recursive: true });
  for (const file of ['reports/deep/report', 'reports/other', 'beside']) {
    fs.writeFileSync(`${project}/${file}`, '');
  }
  handBack(`${project}/reports/deep/report`, user, since);
  for (const name of ['reports', 'reports/deep', 'reports/deep/report', 'reports/other']) {
    expect({ name, ...ownerOf(`${project}/${name}`) }).toEqual({ name, ...user });
  }
  expect(ownerOf(`${project}/beside`)).toEqual(root);
  handBack(`${project}/not/there`, user, since);
});

test('goes to a file through no directory of others, and no link', ({ ns }) => {
  const { project, outside } = makeProject();
  fs.mkdirSync(`${project}/old`);
  const since = now(outside);
  fs.mkdirSync(`${project}/mounted`);
  ns.tmpfs(`${project}/mounted`);
  for (const directory of [`${project}/old`, `${project}/mounted`, outside]) {
    fs.mkdirSync(`${directory}/made`);
    fs.writeFileSync(`${directory}/made/file`, '');
  }
  fs.symlinkSync(outside, `${project}/link`);
  for (const name of ['old', 'mounted', 'link']) {
    handBack(`${project}/${name}/made/file`, user, since);
    expect({ name, ...ownerOf(`${project}/${name}/made/file`) }).toEqual({ name, ...root });
    expect(ownerOf(`${project}/${name}/made`)).toEqual(root);
  }
});

test('leaves a project alone that is not the user’s', () => {
  const { project, outside } = makeProject();
  const since = now(outside);
  fs.chownSync(project, other.uid, other.gid);
  fs.writeFileSync(`${project}/file`, '');
  handBack(project, user, since);
  expect(ownerOf(`${project}/file`)).toEqual(root);
});

test('does not look through installed packages, but through what is new beside them', () => {
  const { project, outside } = makeProject();
  for (const name of ['package', '.pnpm/package']) {
    fs.mkdirSync(`${project}/node_modules/${name}`, { recursive: true });
  }
  const since = now(outside);
  fs.mkdirSync(`${project}/node_modules/made`);
  for (const name of ['package', '.pnpm/package', 'made']) {
    fs.writeFileSync(`${project}/node_modules/${name}/file`, '');
  }
  fs.chownSync(`${project}/node_modules`, user.uid, user.gid);
  for (const place of ['node_modules', '']) {
    handBack(path.join(project, place), user, since);
    expect(ownerOf(`${project}/node_modules/package/file`)).toEqual(root);
    expect(ownerOf(`${project}/node_modules/.pnpm/package/file`)).toEqual(root);
    expect(ownerOf(`${project}/node_modules/made/file`)).toEqual(user);
  }
});
