import fs from 'node:fs';
import { expect, test } from 'mountns/vitest';
import { temporaryDirectory } from '../../temporary-directory.js';

test('a file snapshot that a scope covers is refused, and not written over', async ({
  ns,
  withMountNamespace,
}) => {
  const directory = temporaryDirectory();
  const file = `${directory}/snapshots/report.txt`;
  fs.mkdirSync(`${directory}/snapshots`);
  fs.writeFileSync(file, 'right');
  await expect('right').toMatchFileSnapshot(file);
  ns.tmpfs(`${directory}/snapshots`);
  const message = `the file snapshot ${file} is another in this scope than outside of it`;
  await expect(async () => expect('wrong').toMatchFileSnapshot(file)).rejects.toThrow(message);
  fs.writeFileSync(file, 'right');
  await expect('right').toMatchFileSnapshot(file);
  fs.writeFileSync(file, 'wrong');
  await expect(async () => expect('wrong').toMatchFileSnapshot(file)).rejects.toThrow(message);
  await withMountNamespace(async () => {
    await expect(async () => expect('wrong').toMatchFileSnapshot(file)).rejects.toThrow(message);
  });
});

test('a file snapshot in a copy-on-write scope is compared', async ({ withMountNamespace }) => {
  const file = `${temporaryDirectory()}/report.txt`;
  fs.writeFileSync(file, 'right');
  await withMountNamespace({ copyOnWrite: true }, async () => {
    await expect('right').toMatchFileSnapshot(file);
  });
});
