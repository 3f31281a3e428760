import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { beforeEach, expect, test } from 'mountns/vitest';

// An /etc that belongs to whoever runs this. Root can leave out the bind, and has the machine's own one instead.
const etc = '/mnt/etc';
beforeEach(({ ns }) => {
  ns.tmpfs(etc);
  fs.writeFileSync(`${etc}/group`, 'root:x:0:\n');
  fs.writeFileSync(`${etc}/hosts`, '127.0.0.1 localhost\n');
  fs.writeFileSync(`${etc}/passwd`, 'root:x:0:0:root:/root:/bin/sh\n');
  ns.bind(etc, '/etc');
});

/** Makes sure that nothing gets out, before anything is destroyed. */
function expectToBeContained(outside: string): void {
  fs.writeFileSync('/etc/canary', '', { flag: 'wx' });
  const isOutside = fs.existsSync(`${outside}/canary`);
  fs.rmSync('/etc/canary');
  expect(fs.existsSync(`${outside}/hosts`)).toBe(true);
  expect(isOutside).toBe(false);
}

test('adds a host name, and says which file changed', async ({ withMountNamespace }) => {
  await withMountNamespace({ copyOnWrite: ['/etc'] }, (ns) => {
    expectToBeContained(etc);

    fs.appendFileSync('/etc/hosts', '127.0.0.1 shop.test\n');
    execFileSync('sed', ['-i', 's/shop/store/', '/etc/hosts']);

    expect(fs.readFileSync('/etc/hosts', 'utf8')).toContain('127.0.0.1 store.test');
    expect(ns.changes()).toEqual({ created: [], modified: ['/etc/hosts'], deleted: [] });
  });
  expect(fs.readFileSync('/etc/hosts', 'utf8')).not.toContain('store.test');
});

test('finds out what a script would do to a machine', async ({ withMountNamespace }) => {
  await withMountNamespace({ copyOnWrite: ['/etc'] }, (ns) => {
    expectToBeContained(etc);

    const script = 'rm /etc/passwd; mkdir /etc/app; echo secret > /etc/app/key; chmod 600 /etc/group';
    execFileSync('sh', ['-c', script]);

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
  expect(fs.readdirSync(etc)).toEqual(['group', 'hosts', 'passwd']);
});
