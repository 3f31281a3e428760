import assert from 'node:assert/strict';
import fs from 'node:fs';
import { withMountNamespace } from 'mountns';

it('changes /etc, and the host keeps it', async () => {
  const before = fs.readFileSync('/etc/passwd', 'utf8');
  await withMountNamespace({ copyOnWrite: ['/etc'] }, (ns) => {
    fs.appendFileSync('/etc/passwd', 'mallory:x:0:0::/root:/bin/sh\n');
    assert.deepEqual(ns.changes().modified, ['/etc/passwd']);
  });
  assert.equal(fs.readFileSync('/etc/passwd', 'utf8'), before);
});
