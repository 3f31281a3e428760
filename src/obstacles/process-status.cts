import fs = require('node:fs');

const { readFileSync } = fs;

/** What proc_pid_status(5) tells about the privileges of a process. */
export interface ProcessStatus {
  /** The effective capabilities, hexadecimal as the kernel prints them. */
  capEff: string;
  /** Those that this process and its children can ever get: in a container, what the container was given. */
  capBnd: string;
  /** 0: none, 1: strict, 2: a filter. Undefined where the kernel has no seccomp. */
  seccomp: number | undefined;
}

export function parseProcessStatus(text: string): ProcessStatus {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1];
  const seccomp = field('Seccomp');
  return {
    capEff: field('CapEff') ?? '0',
    capBnd: field('CapBnd') ?? '0',
    seccomp: seccomp === undefined ? undefined : Number(seccomp),
  };
}

export function readProcessStatus(): ProcessStatus {
  return parseProcessStatus(readFileSync(STATUS, 'latin1'));
}

/**
 * Whether this process may use `capability` in its user namespace. Not a question of the uid: root in a
 * container lacks most, and an unprivileged user has all in a user namespace of its own. Needs no native code: it is asked
 * where a machine may have none.
 */
export function hasCapability(
  capability: number,
  { capEff }: Pick<ProcessStatus, 'capEff'> = readProcessStatus(),
): boolean {
  return (BigInt(`0x${capEff}`) & (1n << BigInt(capability))) !== 0n;
}

export const STATUS = '/proc/self/status';
