import fs from 'node:fs';
import { withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
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
