import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'mountns/vitest';
import { onTestFinished } from 'vitest';

test('a full disk, where there need not be a directory', ({ ns, host }) => {
  ns.tmpfs('/mnt/data', { size: '64k' });
  expect(() => fs.writeFileSync('/mnt/data/file', Buffer.alloc(100_000))).toThrow('ENOSPC');
  expect(host).not.toHaveMount('/mnt/data');
});

test('a full disk in a temporary directory', ({ ns, host }) => {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'test-'));
  onTestFinished(() => fs.rmdirSync(directory));
  ns.tmpfs(directory, { size: '64k' });
  expect(() => fs.writeFileSync(`${directory}/file`, Buffer.alloc(100_000))).toThrow('ENOSPC');
  expect(host).not.toHaveMount(directory);
});
