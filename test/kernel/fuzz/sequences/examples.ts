import { isInUserNamespace } from '../../../unprivileged.js';
import type { ScopePlan, Step } from './steps.js';

const scope = (...steps: Step[]): Step => ({ do: 'scope', copyOnWrite: false, isHandle: false, steps });
const tmpfs = (at: string): Step => ({ do: 'tmpfs', at });
const induce = (errno: string, at: string): Step => ({ do: 'induce', errno, at, inodes: false });
const flat = { recursive: false, readonly: false };

/** Sequences in which everything is met that can be done, and refused. */
export const EXAMPLES: [ScopePlan][] = [
  scope(tmpfs('x'), tmpfs('a/f')),
  scope(
    { do: 'mount', at: 'a', type: 'ramfs', flags: ['ro'] },
    { do: 'mount', at: 'a', type: 'nonsense', flags: [] },
  ),
  scope({ do: 'bind', from: 'a', at: 'x', ...flat }, { do: 'bind', from: 'x/y', at: 'b', ...flat }),
  scope({ do: 'overlay', at: 'a' }, { do: 'overlay', at: 'b', lower: ['x/y'] }),
  scope({ do: 'readonly', at: 'a', ...flat }, { do: 'readonly', at: 'x', ...flat }),
  scope(
    tmpfs('a'),
    ...['a', 'b'].map((at): Step => ({ do: 'remount', at, flags: ['noexec'], recursive: false })),
  ),
  scope({ do: 'mask', at: 'a/f' }, { do: 'mask', at: 'x' }),
  scope(tmpfs('a'), { do: 'move', from: 'a', at: 'x' }, { do: 'move', from: 'b', at: 'm' }),
  scope(...['/', 'a'].map((at): Step => ({ do: 'propagation', at, type: 'shared', recursive: true }))),
  scope(tmpfs('a'), ...[0, 1].map((): Step => ({ do: 'umount', at: 'a', lazy: false }))),
  scope(...[0, 1].map((): Step => ({ do: 'pivotRoot', at: '' }))),
  scope({ do: 'proc', at: 'm' }, { do: 'proc', at: 'f' }),
  ...['EACCES', 'EBUSY', 'EIO', 'ELOOP', 'ENODEV', 'ENOSPC', 'EROFS'].map((errno) =>
    scope(induce(errno, 'a/f'), induce(errno, 'x')),
  ),
  scope(induce('EXDEV', 'a'), induce('EXDEV', 'a/f')),
  scope({
    do: 'scope',
    copyOnWrite: true,
    isHandle: true,
    steps: [
      { do: 'write', at: 'a/f', isAsync: true },
      { do: 'remove', at: 'f' },
      { do: 'mkdir', at: 'x' },
    ],
  }),
  scope(
    {
      do: 'scope',
      copyOnWrite: ['a'],
      isHandle: false,
      steps: [{ do: 'remove', at: 'a/f' }, { do: 'throw' }],
    },
    { do: 'scope', copyOnWrite: ['f'], isHandle: false, steps: [] },
    { do: 'refused' },
  ),
  // What is the process' own, and no mount's.
  scope(
    tmpfs('a'),
    { do: 'chdir', at: 'a' },
    { do: 'move', from: 'a', at: 'x' },
    { do: 'umask', mask: 0o77 },
  ),
  scope({ do: 'chdir', at: 'a/d' }, { do: 'readonly', at: 'a', ...flat }, { do: 'child' }),
  scope(tmpfs(''), { do: 'stray' }),
  // Copies that are peers would take what is mounted here with them.
  scope({ do: 'propagation', at: '/', type: 'shared', recursive: true }, tmpfs('a'), scope(tmpfs('a/x'))),
  // What is mounted at a travels to b, with copies of what is mounted below.
  scope(
    { do: 'propagation', at: '/', type: 'shared', recursive: true },
    { do: 'bind', from: 'a', at: 'b', ...flat },
    { do: 'mask', at: 'a/f' },
    { do: 'pivotRoot', at: 'a' },
    { do: 'move', from: 'm', at: 'a/x' },
  ),
].map((step) => [step as ScopePlan & Step]);

/** What only one outcome can be met of. */
export const ALWAYS_DONE = ['plain', 'all copy-on-write'];
export const NEVER_DONE = isInUserNamespace ? ['proc', 'induce ENODEV'] : [];
