import fs from 'node:fs';
import { enterMountNamespace, type MountNamespace, withMountNamespace } from 'mountns';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'mountns/vitest';
import { aroundEach, vi } from 'vitest';
import { scopes } from '../../../src/scope/scopes.js';
import { fixtures } from '../../../src/vitest/fixtures.js';

const table = () => fs.readFileSync('/proc/self/mountinfo', 'utf8');
const pristine = table();

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

test('ns puts the whole test in a scope', ({ ns }) => {
  ns.tmpfs('/mnt/test_mount');
  expect(ns).toBeIsolatedFromHost('/mnt/test_mount');
  expect(table()).not.toBe(pristine);
});

test('the next test starts from the pristine tree', () => {
  expect(table()).toBe(pristine);
});

test('withMountNamespace nests in ns', async ({ ns, withMountNamespace }) => {
  ns.tmpfs('/mnt/test_mount');
  fs.writeFileSync('/mnt/test_mount/outer', '');
  await withMountNamespace((inner) => {
    inner.tmpfs('/mnt/test_mount');
    expect(fs.readdirSync('/mnt/test_mount')).toEqual([]);
  });
  expect(fs.readdirSync('/mnt/test_mount')).toEqual(['outer']);
});

test('host is the namespace that the run was started in', ({ ns, host }) => {
  expect(host.id).not.toBe(ns.id);
  expect(host.id).toBe(ns.host.id);
  expect(host.mounts().at('/')?.propagation).toBe('shared');
});

describe('concurrent tests', { concurrent: true }, () => {
  for (const name of ['a', 'b', 'c']) {
    test(`${name} has its scope for itself`, async ({ ns }) => {
      ns.tmpfs('/mnt/test_mount');
      await fs.promises.writeFile(`/mnt/test_mount/${name}`, '');
      expect(await fs.promises.readdir('/mnt/test_mount')).toEqual([name]);
    });
  }
});

describe('concurrent tests, one of which has no fixture', { concurrent: true }, () => {
  const { promise: isMounted, resolve: mounted } = deferred();
  const { promise: isQueued, resolve: queued } = deferred();

  test('a test has its fixture for itself', async ({ ns }) => {
    ns.tmpfs('/mnt/test_mount');
    mounted();
    await isQueued;
    await withMountNamespace((inner) => expect(inner.mounts().at('/mnt/test_mount')).toBeDefined());
    ns.umount('/mnt/test_mount');
  });

  test('a scope of another waits until it has ended', async () => {
    await isMounted;
    const scope = withMountNamespace((ns) => expect(ns.mounts().at('/mnt/test_mount')).toBeUndefined());
    queued();
    await scope;
  });
});

describe('concurrent tests that hold a handle', { concurrent: true }, () => {
  const names = ['a', 'b'];

  test.for(names)('%s has it for itself', async (name) => {
    await using ns = await enterMountNamespace();
    ns.tmpfs(`/mnt/${name}`);
    await new Promise(setImmediate);
    expect(names.filter((each) => ns.mounts().at(`/mnt/${each}`) !== undefined)).toEqual([name]);
    ns.tmpfs(`/mnt/${name}`);
  });
});

describe('where beforeAll() holds a scope', () => {
  let around: MountNamespace;
  beforeAll(async () => {
    around = await enterMountNamespace();
    around.tmpfs('/mnt/around');
  });
  afterAll(() => around[Symbol.asyncDispose]());

  test.for([1, 2])('ns of test %i lies in it', (_, { ns }) => {
    expect(ns.mounts().at('/mnt/around')?.fsType).toBe('tmpfs');
    ns.umount('/mnt/around');
  });
});

describe('where beforeEach() holds a scope', () => {
  let around: MountNamespace;
  beforeEach(async () => {
    around = await enterMountNamespace();
    around.tmpfs('/mnt/around');
  });
  afterEach(() => around[Symbol.asyncDispose]());

  test.for([1, 2])('ns of test %i lies in it, and ends with it', (_, { ns }) => {
    expect(ns.mounts().at('/mnt/around')?.fsType).toBe('tmpfs');
    ns.umount('/mnt/around');
  });
});

describe('where aroundEach() runs the tests in a scope', () => {
  aroundEach((runTest) =>
    withMountNamespace((around) => {
      around.tmpfs('/mnt/around');
      return runTest();
    }),
  );

  test('ns lies in it', ({ ns }) => {
    expect(ns.mounts().at('/mnt/around')?.fsType).toBe('tmpfs');
    ns.umount('/mnt/around');
  });
});

describe('where beforeEach() returns what ends a scope', () => {
  beforeEach(async () => {
    const around = await enterMountNamespace();
    around.tmpfs('/mnt/around');
    return () => around[Symbol.asyncDispose]();
  });

  test('a test runs in it', () => {
    expect('/mnt/around').toBeMountPoint();
  });

  test('the next one too, and not in what is left of it', ({ ns }) => {
    expect(ns.mounts().at('/mnt/around')?.fsType).toBe('tmpfs');
    expect(scopes.quarantine).toBeUndefined();
  });
});

test('a test that has timed out in the queue does not run', async () => {
  const { promise: isOver, resolve: end } = deferred();
  const scope = withMountNamespace(() => isOver);
  const timeout = new AbortController();
  const use = vi.fn();
  const fixture = fixtures.ns({ task: { name: 'test' }, signal: timeout.signal }, use);
  timeout.abort();
  end();
  await scope;
  await expect(fixture).rejects.toBe(timeout.signal.reason);
  expect(use).not.toHaveBeenCalled();
  expect(scopes.open).toEqual([]);
  expect(scopes.quarantine).toBeUndefined();
});
