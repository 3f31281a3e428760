import assert from 'node:assert/strict';
import fs from 'node:fs';
import { enterMountNamespace, readMounts } from 'mountns';

describe('a scope for each test', () => {
  let ns;

  beforeEach(async () => {
    ns = await enterMountNamespace();
    ns.tmpfs('/mnt/test_mount', { size: '1m' });
  });

  afterEach(() => ns[Symbol.asyncDispose]());

  it('has its mounts to itself', () => {
    fs.writeFileSync('/mnt/test_mount/hello.txt', 'hello');
    assert.equal(ns.mounts().at('/mnt/test_mount')?.fsType, 'tmpfs');
    assert.equal(readMounts('host').at('/mnt/test_mount'), undefined);
  });

  it('finds nothing of the test before', () => {
    assert.deepEqual(fs.readdirSync('/mnt/test_mount'), []);
  });
});
