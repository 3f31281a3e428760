import fs from 'node:fs';
import type { MountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { writeReport } from './write-report.js';

const DISK = '/mnt/disk';
const FILE = `${DISK}/report.txt`;

function prepare(ns: MountNamespace): void {
  ns.tmpfs(DISK);
  fs.writeFileSync(FILE, 'last week');
}

test('a report is written', async ({ ns }) => {
  prepare(ns);
  await writeReport(FILE, ['this week']);
  expect(fs.readFileSync(FILE, 'utf8')).toBe('this week');
});

test('on a full disk the last report stays, and no draft', async ({ ns }) => {
  prepare(ns);
  ns.induce('ENOSPC', DISK);
  await expect(writeReport(FILE, ['this week'])).rejects.toThrow('the disk is full');
  expect(fs.readFileSync(FILE, 'utf8')).toBe('last week');
  expect(fs.readdirSync(DISK)).toEqual(['report.txt']);
});

test('so it does when there is space, but no inode for another file', async ({ ns }) => {
  prepare(ns);
  ns.induce('ENOSPC', DISK, { inodes: true });
  await expect(writeReport(FILE, ['this week'])).rejects.toThrow('the disk is full');
  expect(fs.readFileSync(FILE, 'utf8')).toBe('last week');
});

test('when there is space again, it is written', async ({ ns }) => {
  prepare(ns);
  ns.induce('ENOSPC', DISK);
  await expect(writeReport(FILE, ['this week'])).rejects.toThrow('the disk is full');
  ns.umount(DISK);
  await writeReport(FILE, ['this week']);
  expect(fs.readFileSync(FILE, 'utf8')).toBe('this week');
});
