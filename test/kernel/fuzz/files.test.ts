import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import fc from 'fast-check';
import { withMountNamespace } from 'mountns';
import { expect } from 'mountns/vitest';
import { test } from 'vitest';
import { temporaryDirectory } from '../../temporary-directory.js';
import { expectedChanges, list } from './files/listing.js';
import { anyOperation, type FileOperation, performIn } from './files/operations.js';

/** What is done in a scope, and in one inside, where there is one. */
const anyPlan = fc.record({
  outer: fc.array(anyOperation, { minLength: 5, maxLength: 40, size: 'max' }),
  inner: fc.option(fc.array(anyOperation, { maxLength: 20, size: 'max' }), { nil: undefined }),
});

function makeTree(base: string): void {
  for (const directory of ['a/d/x', 'b/d', 'g']) fs.mkdirSync(`${base}/${directory}`, { recursive: true });
  for (const file of ['f', 'a/f', 'a/d/f', 'a/d/x/f', 'b/f', 'b/d/f'])
    fs.writeFileSync(`${base}/${file}`, file);
  fs.linkSync(`${base}/f`, `${base}/a/g`);
  fs.symlinkSync('../b', `${base}/a/l`);
  fs.truncateSync(`${base}/b/f`, 200_000);
  execFileSync('mkfifo', [`${base}/a/p`]);
  for (const name of fs.readdirSync(base, { recursive: true })) fs.lutimesSync(`${base}/${name}`, 1e9, 1e9);
}

/** Of two hard links, a write in a scope changes one. */
const copy = (from: string, to: string) =>
  execFileSync('cp', ['--archive', '--no-preserve=links', '--no-target-directory', from, to]);

// For more of them and for others, or the same again with the seed in the message of a failure.
const { MOUNTNS_FUZZ_RUNS = '15', MOUNTNS_FUZZ_SEED = '1' } = process.env;

test(
  'a copy-on-write scope shows what a copy of the files would, and the files stay what they were',
  async () => {
    const since = BigInt(Date.now() - 1_000) * 1_000_000n;
    const directory = temporaryDirectory();
    const base = `${directory}/base`;
    fs.mkdirSync(base);
    makeTree(base);
    const look = () =>
      execFileSync('find', [base, '-printf', '%p %i %m %U %G %n %s %T@ %C@ %l\n'], { encoding: 'utf8' });
    const host = { files: look(), listing: list(base, since) };
    const plain = `${directory}/plain`;

    /** Does the same in the scope and in the copy. */
    const perform = (model: string, operations: readonly FileOperation[]) => {
      for (const operation of operations) {
        const outcome = performIn(base, operation);
        expect(outcome, JSON.stringify(operation)).toBe(performIn(model, operation));
      }
      expect(list(base, since)).toEqual(list(model, since));
    };
    await fc.assert(
      fc.asyncProperty(anyPlan, async ({ outer, inner }) => {
        fs.rmSync(plain, { recursive: true, force: true });
        copy(base, plain);
        await withMountNamespace({ copyOnWrite: [base] }, async (ns) => {
          perform(plain, outer);
          const between = list(base, since);
          expect(ns.changes()).toEqual(expectedChanges(base, host.listing, between));
          if (inner === undefined) return;
          fs.rmSync(`${plain} inside`, { recursive: true, force: true });
          copy(base, `${plain} inside`);
          await withMountNamespace({ copyOnWrite: [base] }, (inside) => {
            perform(`${plain} inside`, inner);
            expect(inside.changes()).toEqual(expectedChanges(base, between, list(base, since)));
          });
          expect(list(base, since)).toEqual(between);
        });
        expect(look()).toBe(host.files);
      }),
      { numRuns: Number(MOUNTNS_FUZZ_RUNS), seed: Number(MOUNTNS_FUZZ_SEED) },
    );
  },
  Number(MOUNTNS_FUZZ_RUNS) * 2_400,
);
