import fs from 'node:fs';
import fc from 'fast-check';
import { MountTable, withMountNamespace } from 'mountns';
import { expect } from 'mountns/vitest';
import { test } from 'vitest';
import { temporaryDirectory } from '../../temporary-directory.js';
import { World } from './sequences/context.js';
import { ALWAYS_DONE, EXAMPLES, NEVER_DONE } from './sequences/examples.js';
import { children, descriptorCount, hostTable, hostTree, ownTable, place } from './sequences/look.js';
import { checkHost, runScope } from './sequences/scopes.js';
import { anyScope } from './sequences/steps.js';

function makeWorld(): World {
  const base = temporaryDirectory();
  fs.chmodSync(base, 0o755);
  for (const directory of ['a/d', 'b', 'm/s']) fs.mkdirSync(`${base}/${directory}`, { recursive: true });
  for (const file of ['f', 'a/f', 'a/d/g', 'b/f', 'm/h']) fs.writeFileSync(`${base}/${file}`, file);
  fs.symlinkSync('a', `${base}/l`);
  fs.chmodSync(`${base}/b`, 0o750);
  fs.utimesSync(`${base}/a/d`, 1e9, 1e9);
  const world = new World(base);
  world.hostTable = hostTable();
  world.hostTree = hostTree(base);
  world.hostDevices = new Set([...new MountTable(world.hostTable)].map(({ device }) => device));
  return world;
}

/** What a process has when no scope is open; one that did nothing first, so that it keeps what it keeps between two. */
async function ownState() {
  await withMountNamespace(() => {});
  return { table: ownTable(), place: place(), descriptors: descriptorCount(), children: children() };
}

// For more of them and for others, or the same again with the seed in the message of a failure.
const { MOUNTNS_FUZZ_RUNS = '25', MOUNTNS_FUZZ_SEED = '1' } = process.env;

test(
  'whatever is done one after the other, it is done or refused as documented, and nothing is left',
  async () => {
    const world = makeWorld();
    const pristine = await ownState();
    let broken: unknown;
    const isIntact = async () => {
      expect(await ownState(), 'what the process has afterwards').toEqual(pristine);
      checkHost(world);
    };
    await fc.assert(
      fc.asyncProperty(anyScope, async (plan) => {
        // Nothing that comes after can be judged.
        if (broken !== undefined) throw broken;
        world.provided.clear();
        const onWrite = () => {};
        try {
          await runScope(plan, {
            world,
            prefix: world.base,
            isMemory: false,
            named: [],
            hasNamed: false,
            isRearranged: false,
            onWrite,
          });
        } finally {
          await isIntact().catch((error) => {
            broken = error;
          });
        }
        if (broken !== undefined) throw broken;
      }),
      {
        numRuns: EXAMPLES.length + Number(MOUNTNS_FUZZ_RUNS),
        examples: EXAMPLES,
        seed: Number(MOUNTNS_FUZZ_SEED),
      },
    );
    for (const [what, { done, refused }] of world.outcomes) {
      if (!NEVER_DONE.includes(what)) expect(done, `${what}, done`).toBeGreaterThan(0);
      if (!ALWAYS_DONE.includes(what)) expect(refused, `${what}, refused`).toBeGreaterThan(0);
    }
    // Operations, errnos and kinds of scopes.
    expect([...world.outcomes.keys()].sort()).toHaveLength(12 + 8 + 3);
  },
  Number(MOUNTNS_FUZZ_RUNS) * 2_400,
);
