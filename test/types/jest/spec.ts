// What must compile, and what must not. It is never run.
import { describe, expect, test } from '@jest/globals';
import { type MountNamespace, type MountTable, withMountNamespace } from 'mountns/jest';
import * as matchers from 'mountns/matchers';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function hasType<Expected>(): <Actual>(value: Actual, same: Same<Actual, Expected>) => void {
  return () => {};
}

describe('matchers', () => {
  test('are methods of an assertion', async () => {
    await withMountNamespace((ns) => {
      expect(ns).toBeIsolatedFromHost();
      expect(ns).toBeIsolatedFromHost('/mnt/x');
      expect(ns.host).toHaveMount('/mnt/x', { type: 'tmpfs' });
      expect(ns).toShareMountNamespaceWith(ns.host);
    });
    expect('/mnt/x').toBeMountPoint();
    expect('/mnt/x').toBeMountPoint({ type: 'tmpfs', source: 'tmpfs', options: ['nodev'] });
    expect('/mnt/x').toBeReadOnly();
    expect('/mnt/x').toHaveMountOptions(['ro']);
    expect('/mnt/x').toHavePropagation('slave+shared');
    expect(1).toShareMountNamespaceWith(2);
    await expect(() => {}).toLeaveMountsUnchanged();
  });

  test('return what assertions return', () => {
    hasType<void>()(expect('/mnt/x').toBeReadOnly(), true);
    hasType<void>()(expect('/mnt/x').not.toBeReadOnly(), true);
    hasType<Promise<void>>()(expect(() => {}).toLeaveMountsUnchanged(), true);
    hasType<Promise<void>>()(expect(Promise.resolve('/x')).resolves.toBeReadOnly(), true);
    hasType<Promise<void>>()(expect(Promise.resolve('/x')).resolves.not.toBeReadOnly(), true);
  });

  test('take asymmetric matchers, and are some', () => {
    expect('/mnt/x').toBeMountPoint({ type: expect.stringMatching(/fs$/), options: [expect.any(String)] });
    expect('/mnt/x').toBeMountPoint({ options: expect.arrayContaining(['ro']) });
    expect('/mnt/x').toBeMountPoint(expect.objectContaining({ type: 'tmpfs' }));
    expect('/mnt/x').toHaveMountOptions(expect.not.arrayContaining(['ro']));
    expect('/mnt/x').toHavePropagation(expect.stringContaining('shared'));
    expect(['/mnt/x']).toEqual([expect.toBeMountPoint({ type: 'tmpfs' })]);
    expect(['/mnt/x']).toEqual([expect.not.toBeReadOnly()]);
  });

  test('can be registered by hand', () => {
    expect.extend({ ...matchers });
  });
});

describe('mistakes', () => {
  test('in names', () => {
    // @ts-expect-error misspelt
    expect('/mnt/x').toBeReadonly();
    // @ts-expect-error misspelt
    expect('/mnt/x').not.toBeMountpoint();
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

  test('in arguments', () => {
    // @ts-expect-error takes nothing
    expect('/mnt/x').toBeReadOnly(true);
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
  test('returns what its callback returns', () => {
    hasType<Promise<number>>()(
      withMountNamespace(() => 42),
      true,
    );
    hasType<Promise<string>>()(
      withMountNamespace(async () => 'text'),
      true,
    );
    hasType<Promise<MountTable>>()(
      withMountNamespace((ns: MountNamespace) => ns.mounts()),
      true,
    );
    hasType<Promise<string>>()(
      withMountNamespace(() => 42),
      false,
    );
    // @ts-expect-error unknown option
    withMountNamespace({ copyOnWite: true }, () => {});
  });
});
