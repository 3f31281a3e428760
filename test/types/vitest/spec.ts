// What must compile, and what must not. It is never run.
import { type HostNamespace, type MountNamespace, type MountTable, withMountNamespace } from 'mountns';
import * as matchers from 'mountns/matchers';
import { expect, it, test } from 'mountns/vitest';
import { describe, expectTypeOf, expect as ofVitest } from 'vitest';

describe('matchers', () => {
  test('are methods of an assertion', async ({ ns, host }) => {
    expect(ns).toBeIsolatedFromHost();
    expect(ns).toBeIsolatedFromHost('/mnt/x');
    expect('/mnt/x').toBeMountPoint();
    expect('/mnt/x').toBeMountPoint({ type: 'tmpfs', source: 'tmpfs', options: ['nodev'] });
    expect('/mnt/x').toBeReadOnly();
    expect(host).toHaveMount('/mnt/x', { type: 'tmpfs' });
    expect('/mnt/x').toHaveMountOptions(['ro']);
    expect('/mnt/x').toHavePropagation('slave+shared');
    expect(1).toShareMountNamespaceWith(2);
    expect(ns).toShareMountNamespaceWith(host);
    await expect(() => {}).toLeaveMountsUnchanged();
    ofVitest('/mnt/x').not.toBeReadOnly();
    expect.soft('/mnt/x').toBeReadOnly();
    await expect.poll(() => '/mnt/x').toBeReadOnly();
  });

  test('return what assertions return', () => {
    expectTypeOf(expect('/mnt/x').toBeReadOnly()).toEqualTypeOf<void>();
    expectTypeOf(expect('/mnt/x').not.toBeReadOnly()).toEqualTypeOf<void>();
    expectTypeOf(expect(() => {}).toLeaveMountsUnchanged()).toEqualTypeOf<Promise<void>>();
    expectTypeOf(expect(Promise.resolve('/x')).resolves.toBeReadOnly()).toEqualTypeOf<Promise<void>>();
    expectTypeOf(expect(Promise.resolve('/x')).resolves.not.toBeReadOnly()).toEqualTypeOf<Promise<void>>();
  });

  test('take asymmetric matchers, and are some', () => {
    expect('/mnt/x').toBeMountPoint({ type: expect.stringMatching(/fs$/), options: [expect.any(String)] });
    expect('/mnt/x').toBeMountPoint({ options: expect.arrayContaining(['ro']) });
    expect('/mnt/x').toBeMountPoint(expect.objectContaining({ type: 'tmpfs' }));
    expect('/mnt/x').toHaveMountOptions(expect.not.arrayContaining(['ro']));
    expect('/mnt/x').toHavePropagation(expect.stringContaining('shared'));
    expect(['/mnt/x']).toEqual([expect.toBeMountPoint({ type: 'tmpfs' })]);
    expect(['/mnt/x']).toEqual([expect.not.toBeReadOnly()]);
    expect({ path: '/mnt/x' }).toMatchObject({ path: expect.toHavePropagation('shared') });
  });

  test('are known by the context’s expect too', ({ expect: local }) => {
    local('/mnt/x').toBeReadOnly();
  });

  test('can be registered by hand', () => {
    ofVitest.extend(matchers);
  });
});

describe('mistakes', () => {
  test('in names', () => {
    // @ts-expect-error misspelt
    expect('/mnt/x').toBeReadonly();
    // @ts-expect-error misspelt
    expect('/mnt/x').not.toBeMountpoint();
    // @ts-expect-error misspelt
    ofVitest('/mnt/x').toHaveMounts('/mnt/x');
    // @ts-expect-error misspelt
    expect(Promise.resolve('/mnt/x')).resolves.toBeReadonly();
    // @ts-expect-error misspelt
    expect.toBeReadonly();
    // @ts-expect-error no asymmetric matcher: it is asynchronous
    expect.toLeaveMountsUnchanged();
  });

  test('in options', () => {
    // @ts-expect-error unknown option
    expect('/mnt/x').toBeMountPoint({ typ: 'tmpfs' });
    // @ts-expect-error a type is a string
    expect('/mnt/x').toBeMountPoint({ type: 42 });
    // @ts-expect-error says nothing
    expect('/mnt/x').toBeMountPoint({ type: undefined });
    // @ts-expect-error options are a list
    expect('/mnt/x').toBeMountPoint({ options: 'ro' });
    // @ts-expect-error unknown option
    expect('/mnt/x').not.toHaveMount('/mnt/x', { fsType: 'tmpfs' });
    // @ts-expect-error options are a list
    expect('/mnt/x').toHaveMountOptions('ro');
    // @ts-expect-error unknown option, in an asymmetric matcher
    expect.toBeMountPoint({ typ: 'tmpfs' });
  });

  test('in arguments', ({ ns }) => {
    // @ts-expect-error no path
    expect(ns).toBeIsolatedFromHost(42);
    // @ts-expect-error takes nothing
    expect('/mnt/x').toBeReadOnly(true);
    // @ts-expect-error no path
    expect(ns).toHaveMount();
    // @ts-expect-error no propagation type
    expect('/mnt/x').toHavePropagation('privat');
    // @ts-expect-error no propagation type
    expect('/mnt/x').not.toHavePropagation('shared+slave');
    // @ts-expect-error no propagation type
    expect(Promise.resolve('/mnt/x')).resolves.toHavePropagation('rshared');
    // @ts-expect-error no process
    expect(1).toShareMountNamespaceWith('2');
  });
});

describe('withMountNamespace', () => {
  test('returns what its callback returns', async ({ withMountNamespace: fixture }) => {
    expectTypeOf(withMountNamespace(() => 42)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(withMountNamespace(async () => 'text')).toEqualTypeOf<Promise<string>>();
    expectTypeOf(withMountNamespace(() => {})).toEqualTypeOf<Promise<void>>();
    expectTypeOf(withMountNamespace((ns) => ns.mounts())).toEqualTypeOf<Promise<MountTable>>();
    expectTypeOf(withMountNamespace({}, async (ns) => ns.mounts().at('/')?.fsType)).toEqualTypeOf<
      Promise<string | undefined>
    >();
    expectTypeOf(fixture(() => 42)).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error no callback
    withMountNamespace();
    // @ts-expect-error unknown option
    withMountNamespace({ copyOnWite: true }, () => {});
  });
});

describe('fixtures', () => {
  test('have their types', ({ ns, host, withMountNamespace: fixture, task }) => {
    expectTypeOf(ns).toEqualTypeOf<MountNamespace>();
    expectTypeOf(host).toEqualTypeOf<HostNamespace>();
    expectTypeOf(fixture).toEqualTypeOf<typeof withMountNamespace>();
    expectTypeOf(task.name).toEqualTypeOf<string>();
  });

  it('are there for it, each and extend too', ({ ns }) => {
    expectTypeOf(ns).toEqualTypeOf<MountNamespace>();
  });

  test.for([1, 2])('%s', (number, { ns }) => {
    expectTypeOf(number).toEqualTypeOf<number>();
    expectTypeOf(ns).toEqualTypeOf<MountNamespace>();
  });

  const extended = test.extend<{ disk: string }>({
    disk: async ({ ns }, use) => {
      ns.tmpfs('/mnt/disk');
      await use('/mnt/disk');
    },
  });

  extended('of others stand beside them', ({ ns, disk }) => {
    expectTypeOf(ns).toEqualTypeOf<MountNamespace>();
    expectTypeOf(disk).toEqualTypeOf<string>();
  });

  // @ts-expect-error misspelt
  test('that there are not', ({ namespace }) => namespace);
});
