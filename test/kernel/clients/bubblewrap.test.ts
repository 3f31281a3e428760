import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { clientTest } from './client-test.js';

describe('bubblewrap', () => {
  clientTest(
    'shows the files of the scope in a sandbox, and writes where it may',
    ['bwrap'],
    ({ ns, directory, run }) => {
      for (const name of ['shown', 'hidden']) {
        fs.mkdirSync(`${directory}/${name}`);
        fs.writeFileSync(`${directory}/${name}/file`, name);
      }
      const before = String(ns.mounts());
      const script = `
      cat ${directory}/shown/file
      ls -A ${directory}/hidden
      touch ${directory}/shown/made
      touch ${directory}/not-here 2>/dev/null || echo read-only
      readlink /proc/self/ns/mnt
    `;
      const sandbox = ['--unshare-all', '--die-with-parent', '--ro-bind', '/', '/', '--proc', '/proc'];
      const mounts = ['--bind', `${directory}/shown`, `${directory}/shown`, '--tmpfs', `${directory}/hidden`];
      const [text, namespace] = run('bwrap', ...sandbox, ...mounts, 'sh', '-uc', script).split('\n');
      expect(text).toBe('shownread-only');
      expect(namespace).toMatch(/^mnt:\[\d+\]$/);
      expect(namespace).not.toBe(fs.readlinkSync('/proc/self/ns/mnt'));
      expect(fs.readdirSync(`${directory}/shown`).sort()).toEqual(['file', 'made']);
      expect(fs.readFileSync(`${directory}/hidden/file`, 'utf8')).toBe('hidden');
      expect(String(ns.mounts())).toBe(before);
    },
  );

  clientTest('starts from what a copy-on-write scope has changed', ['bwrap'], async ({ directory, run }) => {
    fs.writeFileSync(`${directory}/file`, 'before');
    const { withMountNamespace } = await import('mountns');
    await withMountNamespace({ copyOnWrite: [directory] }, () => {
      fs.writeFileSync(`${directory}/file`, 'after');
      const args = [
        '--ro-bind',
        '/',
        '/',
        '--dev',
        '/dev',
        '--tmpfs',
        '/tmp',
        '--bind',
        directory,
        directory,
      ];
      expect(
        run('bwrap', ...args, 'sh', '-euc', `cat ${directory}/file; echo bwrap > ${directory}/file`),
      ).toBe('after');
      expect(fs.readFileSync(`${directory}/file`, 'utf8')).toBe('bwrap\n');
    });
    expect(fs.readFileSync(`${directory}/file`, 'utf8')).toBe('before');
  });
});
