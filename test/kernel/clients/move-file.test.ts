import fs from 'node:fs';
import { describe, expect } from 'mountns/vitest';
import { moveFile, moveFileSync } from 'move-file';
import { clientTest, type Inside } from './client-test.js';

/** Moves `from/file` to `to/file`; returns whether the file that is there now is another one, a copy. */
async function isCopied(directory: string, how: 'sync' | 'async'): Promise<boolean> {
  const [from, to] = [`${directory}/from/file`, `${directory}/to/file`];
  fs.writeFileSync(from, 'content');
  // Held open: a copy gets another number while this one is taken.
  const open = fs.openSync(from, 'r');
  if (how === 'sync') moveFileSync(from, to);
  else await moveFile(from, to);
  expect(fs.existsSync(from)).toBe(false);
  expect(fs.readFileSync(to, 'utf8')).toBe('content');
  const [before, after] = [fs.fstatSync(open), fs.statSync(to)];
  fs.closeSync(open);
  fs.unlinkSync(to);
  return before.dev !== after.dev || before.ino !== after.ino;
}

const boundaries: Record<string, (inside: Inside) => void> = {
  'an induced EXDEV': ({ ns, directory }) => ns.induce('EXDEV', `${directory}/to`),
  'another file system': ({ ns, directory }) => ns.tmpfs(`${directory}/to`),
};

describe('move-file', () => {
  clientTest('renames where it can', [], async ({ directory }) => {
    for (const name of ['from', 'to']) fs.mkdirSync(`${directory}/${name}`);
    expect(await isCopied(directory, 'sync')).toBe(false);
    expect(await isCopied(directory, 'async')).toBe(false);
  });

  for (const [boundary, make] of Object.entries(boundaries)) {
    clientTest(`copies and deletes across ${boundary}`, [], async (inside) => {
      const { directory } = inside;
      for (const name of ['from', 'to']) fs.mkdirSync(`${directory}/${name}`);
      make(inside);
      expect(() => fs.renameSync(`${directory}/from`, `${directory}/to/from`)).toThrow('EXDEV');
      expect(await isCopied(directory, 'sync')).toBe(true);
      expect(await isCopied(directory, 'async')).toBe(true);
    });
  }
});
