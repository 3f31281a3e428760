import fc from 'fast-check';

/** What is done to the tree of a scope. Paths are relative to the directory of the world. */
export type Step =
  | { do: 'tmpfs'; at: string; size?: string }
  | { do: 'mount'; at: string; type: string; flags: string[] }
  | { do: 'bind'; from: string; at: string; recursive: boolean; readonly: boolean }
  | { do: 'overlay'; at: string; lower?: string[]; upper?: string; work?: string }
  | { do: 'readonly'; at: string; recursive: boolean }
  | { do: 'remount'; at: string; flags: string[]; recursive: boolean }
  | { do: 'mask'; at: string }
  | { do: 'move'; from: string; at: string }
  | { do: 'propagation'; at: string; type: string; recursive: boolean }
  | { do: 'pivotRoot'; at: string; old?: string }
  | { do: 'umount'; at: string; lazy: boolean }
  | { do: 'induce'; at: string; errno: string; inodes: boolean }
  | { do: 'proc'; at: string }
  | { do: 'chdir'; at: string }
  | { do: 'umask'; mask: number }
  | { do: 'write'; at: string; isAsync: boolean }
  | { do: 'mkdir' | 'remove' | 'symlink' | 'chmod'; at: string }
  | { do: 'rename'; from: string; at: string }
  | { do: 'child' }
  | { do: 'stray' }
  | { do: 'throw' }
  | { do: 'refused' }
  | { do: 'together'; scopes: ScopePlan[] }
  | ({ do: 'scope' } & ScopePlan);

export interface ScopePlan {
  copyOnWrite: boolean | string[];
  isHandle: boolean;
  steps: Step[];
}

const DIRECTORIES = ['', 'a', 'a', 'a/d', 'b', 'm'];
const FILES = ['f', 'a/f'];
const MISSING = ['x', 'a/x', 'x/y'];
const ODD = ['l', 'l/d', '/', '/mountns-fuzz/z', 'a/f/x', '/proc'];

const path = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...DIRECTORIES) },
  { weight: 2, arbitrary: fc.constantFrom(...FILES) },
  { weight: 4, arbitrary: fc.constantFrom(...MISSING) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
);
const source = path.filter((each) => !each.startsWith('/'));
const is = fc.boolean();
const seldom = fc.integer({ min: 0, max: 3 }).map((n) => n === 3);
const as =
  <const Name extends string>(name: Name) =>
  <T extends object>(parts: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record({ do: fc.constant(name), ...parts } as never) as unknown as fc.Arbitrary<{ do: Name } & T>;

const MOUNT_FLAGS = ['ro', 'noexec', 'nosuid', 'noatime', 'nosymfollow'];
const CHANGES = [
  'ro',
  'rw',
  'noexec',
  'exec',
  'nosuid',
  'suid',
  'noatime',
  'relatime',
  'nosymfollow',
  'symfollow',
];
const ERRNOS = ['EACCES', 'EBUSY', 'EIO', 'ELOOP', 'ENODEV', 'ENOSPC', 'EROFS', 'EXDEV'];

const operation = fc.oneof(
  { weight: 6, arbitrary: as('tmpfs')({ at: path }) },
  { weight: 1, arbitrary: as('tmpfs')({ at: path, size: fc.constantFrom('64k', '4k') }) },
  {
    weight: 2,
    arbitrary: as('mount')({
      at: path,
      type: fc.constantFrom('tmpfs', 'tmpfs', 'ramfs', 'nonsense'),
      flags: fc.subarray(MOUNT_FLAGS, { maxLength: 2 }),
    }),
  },
  { weight: 6, arbitrary: as('bind')({ from: source, at: path, recursive: is, readonly: seldom }) },
  { weight: 3, arbitrary: as('overlay')({ at: path }) },
  {
    weight: 2,
    arbitrary: as('overlay')({ at: path, lower: fc.array(source, { minLength: 1, maxLength: 2 }) }),
  },
  {
    weight: 1,
    arbitrary: as('overlay')({
      at: path,
      lower: fc.array(source, { minLength: 1, maxLength: 2 }),
      upper: source,
      work: source,
    }),
  },
  { weight: 4, arbitrary: as('readonly')({ at: path, recursive: is }) },
  {
    weight: 3,
    arbitrary: as('remount')({
      at: path,
      flags: fc.subarray(CHANGES, { minLength: 1, maxLength: 2 }),
      recursive: is,
    }),
  },
  { weight: 2, arbitrary: as('mask')({ at: path }) },
  { weight: 5, arbitrary: as('move')({ from: source, at: path }) },
  {
    weight: 4,
    arbitrary: as('propagation')({
      at: path,
      type: fc.constantFrom('private', 'shared', 'slave', 'unbindable'),
      recursive: is,
    }),
  },
  {
    weight: 2,
    arbitrary: as('propagation')({
      at: fc.constant('/'),
      type: fc.constantFrom('private', 'shared', 'shared', 'slave', 'unbindable'),
      recursive: fc.constant(true),
    }),
  },
  { weight: 1, arbitrary: as('pivotRoot')({ at: path }) },
  { weight: 1, arbitrary: as('pivotRoot')({ at: path, old: path }) },
  { weight: 6, arbitrary: as('umount')({ at: path, lazy: seldom }) },
  { weight: 4, arbitrary: as('induce')({ at: path, errno: fc.constantFrom(...ERRNOS), inodes: seldom }) },
  { weight: 1, arbitrary: as('proc')({ at: path }) },
);

const around = fc.oneof(
  { weight: 3, arbitrary: as('chdir')({ at: path }) },
  { weight: 1, arbitrary: as('umask')({ mask: fc.constantFrom(0, 0o77, 0o777) }) },
  { weight: 4, arbitrary: as('write')({ at: path, isAsync: is }) },
  { weight: 2, arbitrary: as('mkdir')({ at: path }) },
  { weight: 2, arbitrary: as('remove')({ at: path }) },
  { weight: 1, arbitrary: as('symlink')({ at: path }) },
  { weight: 1, arbitrary: as('chmod')({ at: path }) },
  { weight: 2, arbitrary: as('rename')({ from: source, at: path }) },
  { weight: 1, arbitrary: as('child')({}) },
  { weight: 1, arbitrary: as('stray')({}) },
  { weight: 1, arbitrary: as('throw')({}) },
  { weight: 1, arbitrary: as('refused')({}) },
);

const copyOnWrite = fc.oneof(
  { weight: 3, arbitrary: fc.constant(false) },
  { weight: 3, arbitrary: fc.constant(true) },
  {
    weight: 2,
    arbitrary: fc.subarray(['', 'a', 'a/d', 'b', 'm', 'm/s', 'x', 'f'], { minLength: 1, maxLength: 2 }),
  },
);

const { scope } = fc.letrec<{ step: Step; scope: ScopePlan }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'scope' },
    { weight: 14, arbitrary: operation },
    { weight: 5, arbitrary: around },
    { weight: 2, arbitrary: tie('scope').map((plan) => ({ do: 'scope' as const, ...plan })) },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('scope'), { minLength: 2, maxLength: 2, depthIdentifier: 'scope' })
        .map((scopes) => ({ do: 'together' as const, scopes })),
    },
  ) as fc.Arbitrary<Step>,
  scope: fc.record({
    copyOnWrite,
    isHandle: seldom,
    steps: fc.array(tie('step'), { minLength: 1, maxLength: 10, size: '+1', depthIdentifier: 'scope' }),
  }),
}));

export const anyScope = scope;
