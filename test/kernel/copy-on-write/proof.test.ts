import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { withMountNamespace } from 'mountns';
import { describe, expect, test } from 'mountns/vitest';
import { proveContained, proveNothingWritable } from '../../../src/copy-on-write/proof.js';
import { makeDecoys } from './decoys.js';

const ESCAPED = 'copy-on-write: writes to it would reach what is there outside of the scope';

test('finds a directory and a file that are not copies', () => {
  const decoys = makeDecoys({ file: '' });
  const root = fs.openSync('/', 'r');
  try {
    expect(() => proveContained(decoys, root)).toThrow(`cannot make ${decoys} ${ESCAPED}`);
    expect(() => proveContained(`${decoys}/file`, root)).toThrow(`cannot make ${decoys}/file ${ESCAPED}`);
  } finally {
    fs.closeSync(root);
  }
  expect(fs.readdirSync(decoys)).toEqual(['file']);
});

test('has nothing to prove of a file that is gone outside of the scope', () => {
  const decoys = makeDecoys({ file: '' });
  const elsewhere = fs.openSync(decoys, 'r');
  try {
    proveContained(`${decoys}/file`, elsewhere);
  } finally {
    fs.closeSync(elsewhere);
  }
});

test('finds a mount that can still be written to', async () => {
  const decoys = makeDecoys({ 'disk/x': '', 'other/x': '' });
  await withMountNamespace(async (outer) => {
    outer.tmpfs(`${decoys}/disk`);
    const device = outer.mounts().at(`${decoys}/disk`)?.device as string;
    expect(() => proveNothingWritable([`${decoys}/disk`], new Set())).toThrow(
      `cannot make ${decoys}/disk ${ESCAPED}`,
    );
    expect(() => proveNothingWritable([decoys], new Set())).toThrow(ESCAPED);
    proveNothingWritable([`${decoys}/disk`], new Set([device]));
    proveNothingWritable([`${decoys}/other`], new Set());
    expect(() => proveNothingWritable(true, new Set([device]))).toThrow(ESCAPED);
  });
});

describe('no scope is entered', () => {
  /** Why a process enters none in which mount_setattr(2) gets other attributes than those that were meant. */
  function refusalWith(attributes: string, prepare: string, named: string): string {
    const dist = path.resolve('dist');
    const script = `
      const { execFileSync } = require('node:child_process');
      const tree = require('${dist}/native/mount-tree.cjs');
      const { mountSetattr } = tree;
      const [, named] = process.argv;
      import('${dist}/src/index.js').then(({ withMountNamespace }) => withMountNamespace(async (outer) => {
        ${prepare}
        const entered = withMountNamespace({ copyOnWrite: [named] }, () => 'entered');
        console.log(await entered.catch(({ message }) => message.split('\\n')[0]));
      }));
      tree.mountSetattr = (fd, flags, attributes) => mountSetattr(fd, flags, ${attributes});`;
    const env = { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' };
    const node = ['--require', `${dist}/src/register.cjs`, '--eval', script, named];
    return execFileSync(process.execPath, node, { env, encoding: 'utf8', stdio: 'pipe' });
  }

  test('that would be tied to the tree around it', () => {
    const decoys = makeDecoys({ file: '' });
    const share = `execFileSync('mount', ['--make-rshared', '/']);`;
    const refusal = refusalWith('{ ...attributes, propagation: undefined }', share, decoys);
    expect(refusal).toBe(`cannot make ${decoys} ${ESCAPED}\n`);
    expect(fs.readdirSync(decoys)).toEqual(['file']);
  });

  test('in which a mount that no layer stands in for can be written to', () => {
    const decoys = makeDecoys({ 'at/x': '' });
    const mount = `outer.mount({ target: named + '/at', type: 'hugetlbfs' });`;
    const refusal = refusalWith('{ ...attributes, attrSet: 0 }', mount, decoys);
    expect(refusal).toBe(`cannot make ${decoys}/at ${ESCAPED}\n`);
  });
});
