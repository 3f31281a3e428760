import fs from 'node:fs';
import type { MountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { saveSettings } from './save-settings.js';

const DISK = '/mnt/disk';
const FILE = `${DISK}/settings.json`;

function prepare(ns: MountNamespace): void {
  ns.tmpfs(DISK);
  fs.writeFileSync(FILE, '{"theme":"dark"}');
}

test('settings are saved', async ({ ns }) => {
  prepare(ns);
  await saveSettings(FILE, { theme: 'light' });
  expect(fs.readFileSync(FILE, 'utf8')).toBe('{"theme":"light"}');
});

test('on a read-only disk the user is told, and the old settings stay', async ({ ns }) => {
  prepare(ns);
  ns.readonly(DISK);
  expect(DISK).toBeReadOnly();
  await expect(saveSettings(FILE, { theme: 'light' })).rejects.toThrow(
    'the settings were not saved: the disk is read-only',
  );
  expect(fs.readFileSync(FILE, 'utf8')).toBe('{"theme":"dark"}');
  expect(fs.readdirSync(DISK)).toEqual(['settings.json']);
});

test('when the disk is writable again, so are the settings', async ({ ns }) => {
  prepare(ns);
  ns.readonly(DISK);
  ns.remount(DISK, { flags: ['rw'] });
  await saveSettings(FILE, { theme: 'light' });
  expect(fs.readFileSync(FILE, 'utf8')).toBe('{"theme":"light"}');
});
