import { loadKoffi, type NativeKoffi } from './koffi.cjs';
import { processWide } from './process-wide.cjs';
import { SystemCallError, type SystemCallFacts } from './system-call-error.cjs';

type Parameter =
  | 'int'
  | 'unsigned int'
  | 'long'
  | 'unsigned long'
  | 'uint64_t'
  | 'const void *'
  | 'const void **'
  | 'void *';
type Binding = (...args: unknown[]) => number;

/** Asked before each call; an errno makes the call fail with it. For fault injection in tests. */
export type SystemCallHook = (syscall: string) => number | undefined;

/** Calls libc; `facts` is asked for only when the call fails. Returns what libc returned. */
export type SystemCall = (facts: () => SystemCallFacts, ...args: unknown[]) => number;

interface SystemCallOptions {
  /** Its name in libc, if that is another. */
  symbol?: string;
  result?: 'int' | 'long';
  /** Errnos that are an answer and no failure: -1 is returned. An error costs more than most calls. */
  expected?: readonly number[];
}

interface Libc {
  koffi?: NativeKoffi;
  program?: ReturnType<NativeKoffi['load']>;
  hook?: SystemCallHook | undefined;
}

const libc = processWide<Libc>('libc', () => ({}));

/** Makes every later call ask `hook` first; `undefined` takes it away again. */
export function hookSystemCalls(hook: SystemCallHook | undefined): void {
  libc.hook = hook;
}

/**
 * A function of libc that returns -1 and sets errno when it fails. It is bound at its first call, so that
 * a worker pays only for the calls that it makes. `null` binds libc itself, on glibc and on musl.
 */
export function systemCall(
  name: string,
  parameters: readonly Parameter[],
  { symbol = name, result = 'int', expected = [] }: SystemCallOptions = {},
): SystemCall {
  let binding: Binding | undefined;
  return (facts, ...args) => {
    binding ??= bind(symbol, result, parameters);
    const injected = libc.hook?.(name);
    if (injected !== undefined) throw new SystemCallError(name, injected, facts());
    const value = binding(...args);
    if (value !== -1) return value;
    const errno = (libc.koffi as NativeKoffi).errno();
    if (expected.includes(errno)) return -1;
    throw new SystemCallError(name, errno, facts());
  };
}

/** A system call that libc need not know, by its number: from 424 on they are the same on every architecture. */
export function numberedSystemCall(
  name: string,
  number: number,
  parameters: readonly Parameter[],
): SystemCall {
  const call = systemCall(name, ['long', ...parameters], { symbol: 'syscall', result: 'long' });
  return (facts, ...args) => call(facts, number, ...args);
}

function bind(symbol: string, result: 'int' | 'long', parameters: readonly Parameter[]): Binding {
  libc.koffi ??= loadKoffi();
  libc.program ??= libc.koffi.load(null);
  return libc.program.func(symbol, result, [...parameters]) as unknown as Binding;
}

/**
 * As {@link numberedSystemCall}, for an older call: below 424 the numbers depend on the architecture. `generic` is
 * that of asm-generic/unistd.h. Elsewhere the call fails with ENOSYS.
 */
export function oldSystemCall(
  name: string,
  numbers: { x64: number; generic: number; ppc64: number; s390x: number },
  parameters: readonly Parameter[],
): SystemCall {
  const { x64, generic, ppc64, s390x } = numbers;
  const all: Partial<Record<NodeJS.Architecture, number>> = {
    x64,
    arm64: generic,
    riscv64: generic,
    loong64: generic,
    ppc64,
    s390x,
  };
  return numberedSystemCall(name, all[process.arch] ?? -1, parameters);
}
