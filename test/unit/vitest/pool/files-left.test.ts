import { expect, test } from 'vitest';
import type { Reporter, TestProject, TestSpecification, Vitest } from 'vitest/node';

import { FilesLeft } from '../../../../src/vitest/pool/files-left.js';

const isolated = { config: { isolate: true } } as TestProject;
const reusing = { config: { isolate: false } } as TestProject;

function files(count: number, project = isolated, pool = 'mountns'): TestSpecification[] {
  return Array.from({ length: count }, () => ({ pool, project }) as TestSpecification);
}

async function startRun(specifications: TestSpecification[], version: string, shard?: object) {
  const reporters: Reporter[] = [];
  // Takes every other file, and must be asked only where Vitest has not done it yet.
  class sequencer {
    shard = (all: TestSpecification[]) => all.filter((_, index) => index % 2 === 0);
  }
  const vitest = { version, config: { reporters, shard, sequence: { sequencer } } } as unknown as Vitest;
  FilesLeft.follow(vitest);
  FilesLeft.follow(vitest);
  expect(reporters).toHaveLength(1);
  await reporters[0]?.onTestRunStart?.(specifications);
  return FilesLeft.of(vitest);
}

test('counts the files of each project that will need a worker of their own', async () => {
  const left = await startRun([...files(3), ...files(2, reusing), ...files(1, isolated, 'forks')], '5.1.1');
  expect(left.left(isolated)).toBe(3);
  expect(left.left(reusing)).toBe(0);
  left.take(isolated);
  left.take(reusing);
  expect(left.left(isolated)).toBe(2);
  expect(left.left(reusing)).toBe(0);
  left.clear();
  expect(left.left(isolated)).toBe(0);
});

test('Vitest 4 tells of all files and takes its shard afterwards, Vitest 5 tells of the shard', async () => {
  const shard = { index: 1, count: 2 };
  expect((await startRun(files(5), '4.1.12', shard)).left(isolated)).toBe(3);
  expect((await startRun(files(5), '5.1.1', shard)).left(isolated)).toBe(5);
  expect((await startRun(files(5), '4.1.12')).left(isolated)).toBe(5);
});

test('follows a Vitest on when its configuration has changed', async () => {
  const vitest = {} as { config: { reporters: Reporter[] } };
  const follow = () => {
    vitest.config = { reporters: [] };
    FilesLeft.follow(vitest as unknown as Vitest);
    return FilesLeft.of(vitest as unknown as Vitest);
  };
  follow();
  const left = follow();
  expect(vitest.config.reporters).toHaveLength(1);
  await vitest.config.reporters[0]?.onTestRunStart?.(files(3));
  expect(left.left(isolated)).toBe(3);
});

test('nothing is left of a Vitest that nobody follows', () => {
  expect(FilesLeft.of({} as Vitest).left(isolated)).toBe(0);
});
