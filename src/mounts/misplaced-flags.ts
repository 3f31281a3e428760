import { inspect } from 'node:util';
import {
  MS_BIND,
  MS_DIRSYNC,
  MS_LAZYTIME,
  MS_MANDLOCK,
  MS_MOVE,
  MS_PRIVATE,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_SYNCHRONOUS,
  MS_UNBINDABLE,
} from '../../native/constants.cjs';
import { flagNames } from '../../native/flag-names.cjs';

interface Elsewhere {
  /** The bits of mount(2) that ask for it. */
  bits: number;
  /** The names of mount(8) that ask for it. */
  names: readonly string[];
  /** What to use instead. */
  use: string;
}

// mount(2) does six different things, by its flags: each has a method of its own.
const ELSEWHERE: readonly Elsewhere[] = [
  { bits: MS_REMOUNT, names: ['remount'], use: 'ns.remount(target, { flags })' },
  { bits: MS_BIND, names: ['bind', 'rbind'], use: 'ns.bind(source, target)' },
  { bits: MS_MOVE, names: ['move'], use: 'ns.move(from, to)' },
  ...propagation(MS_PRIVATE, 'private'),
  ...propagation(MS_SHARED, 'shared'),
  ...propagation(MS_SLAVE, 'slave'),
  ...propagation(MS_UNBINDABLE, 'unbindable'),
  { bits: MS_REC, names: ['rec'], use: 'the option recursive of ns.bind() or ns.propagation()' },
  ...fileSystem(MS_SYNCHRONOUS, 'sync'),
  ...fileSystem(MS_DIRSYNC, 'dirsync'),
  ...fileSystem(MS_MANDLOCK, 'mand'),
  ...fileSystem(MS_LAZYTIME, 'lazytime'),
];

function propagation(bits: number, type: string): Elsewhere[] {
  const names = [type, `make-${type}`];
  const recursive = [`r${type}`, `make-r${type}`];
  return [
    { bits, names, use: `ns.propagation(target, '${type}')` },
    { bits: 0, names: recursive, use: `ns.propagation(target, '${type}', { recursive: true })` },
  ];
}

function fileSystem(bits: number, name: string): Elsewhere[] {
  return [{ bits, names: [name], use: `data: '${name}', it is an option of the whole file system` }];
}

/** The error for a name that is no flag of a mount, but asks for something that can be had. */
export function misplacedFlag(name: unknown): TypeError | undefined {
  const found = ELSEWHERE.find(({ names }) => names.includes(name as string));
  return found && new TypeError(`flags must not hold ${inspect(name)}: use ${found.use}`);
}

/** As {@link misplacedFlag}, for the bits of mount(2). */
export function misplacedBits(bits: number): TypeError | undefined {
  const found = ELSEWHERE.find((other) => (bits & other.bits) !== 0);
  return found && new TypeError(`flags must not hold ${flagNames('MS_', found.bits)}: use ${found.use}`);
}

/** The error for a type of file system that is none, but asks for something that can be had. */
export function misplacedType(type: string): TypeError | undefined {
  const found = ELSEWHERE.find(({ names }) => names.includes(type));
  return found && new TypeError(`type must be a file system, received ${inspect(type)}: use ${found.use}`);
}
