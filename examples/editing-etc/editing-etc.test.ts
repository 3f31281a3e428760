import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';

/** The host's `/etc`: opened outside of any scope, and still that one inside. */
const etcOnHost = `/proc/self/fd/${fs.openSync('/etc', 'r')}`;

function expectToBeContained() {
  expect(fs.existsSync(`${etcOnHost}/passwd`)).toBe(true);
  fs.writeFileSync('/etc/canary', '', { flag: 'wx' });
  const isOnHost = fs.existsSync(`${etcOnHost}/canary`);
  fs.rmSync('/etc/canary');
  expect(isOnHost).toBe(false);
}

test('adds a host name, and says which file changed', async () => {
  await withMountNamespace({ copyOnWrite: ['/etc'] }, (ns) => {
    expectToBeContained();

    fs.appendFileSync('/etc/hosts', '127.0.0.1 shop.test\n');
    execFileSync('sed', ['-i', 's/shop/store/', '/etc/hosts']);

    expect(fs.readFileSync('/etc/hosts', 'utf8')).toContain('127.0.0.1 store.test');
    expect(ns.changes()).toEqual({ created: [], modified: ['/etc/hosts'], deleted: [] });
  });
  expect(fs.readFileSync('/etc/hosts', 'utf8')).not.toContain('store.test');
});

test('finds out what a script would do to a machine', async () => {
  await withMountNamespace({ copyOnWrite: true }, (ns) => {
    expectToBeContained();

    execFileSync('sh', [
      '-c',
      'rm /etc/passwd; mkdir -p /etc/app; echo secret > /etc/app/key; chmod 600 /etc/group',
    ]);

    expect(ns.changes()).toMatchInlineSnapshot(`
      {
        "created": [
          "/etc/app",
          "/etc/app/key",
        ],
        "deleted": [
          "/etc/passwd",
        ],
        "modified": [
          "/etc/group",
        ],
      }
    `);
  });
});
