import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withMountNamespace } from 'mountns';

it('changes a directory, and the host keeps it', async () => {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'example-'));
  const file = path.join(directory, 'users.txt');
  fs.writeFileSync(file, 'alice\n');
  await withMountNamespace({ copyOnWrite: [directory] }, (ns) => {
    fs.appendFileSync(file, 'mallory\n');
    assert.deepEqual(ns.changes(), { created: [], modified: [file], deleted: [] });
  });
  assert.equal(fs.readFileSync(file, 'utf8'), 'alice\n');
  fs.rmSync(directory, { recursive: true });
});
