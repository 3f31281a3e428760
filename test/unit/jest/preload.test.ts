import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const preload = path.resolve('dist/src/jest/preload.cjs');

// As one of Jest that runs in a test of another Jest.
test('a process that is no worker stays where it is, though it has inherited the number of one', () => {
  const link = '/proc/self/ns/mnt';
  const args = ['--require', preload, '-p', `fs.readlinkSync('${link}')`];
  const env = { ...process.env, JEST_WORKER_ID: '1', MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '' };
  const seen = execFileSync(process.execPath, args, { env, encoding: 'utf8' });
  expect(seen.trim()).toBe(fs.readlinkSync(link));
});
