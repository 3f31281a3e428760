import { PR_CAPBSET_DROP } from './constants.cjs';
import { systemCall } from './libc.cjs';
import { prctl } from './processes.cjs';

const capgetCall = systemCall('capget', ['void *', 'void *']);
const capsetCall = systemCall('capset', ['void *', 'void *']);

/**
 * Takes capabilities (capabilities(7)) out of use for good: this thread does not use them, a program that it
 * executes does not get them (prctl(2), PR_CAPBSET_DROP), and so it is with every thread and process that it starts
 * later. Threads that are there already keep theirs. They stay permitted, for {@link useCapabilities}.
 *
 * @param capabilities numbers of capabilities below 32 (linux/capability.h)
 */
export function renounceCapabilities(capabilities: readonly number[]): void {
  for (const capability of capabilities) prctl(PR_CAPBSET_DROP, capability);
  // What is not inheritable leaves the ambient set by itself.
  changeSets((sets) => {
    for (const offset of [EFFECTIVE, INHERITABLE]) {
      sets.writeUInt32LE((sets.readUInt32LE(offset) & ~bitsOf(capabilities)) >>> 0, offset);
    }
  });
}

/** Runs `use` with capabilities that this thread has renounced, where they are permitted. */
export function useCapabilities<T>(capabilities: readonly number[], use: () => T): T {
  let before = 0;
  changeSets((sets) => {
    before = sets.readUInt32LE(EFFECTIVE);
    const raised = before | (bitsOf(capabilities) & sets.readUInt32LE(PERMITTED));
    sets.writeUInt32LE(raised >>> 0, EFFECTIVE);
  });
  try {
    return use();
  } finally {
    changeSets((sets) => sets.writeUInt32LE(before, EFFECTIVE));
  }
}

/**
 * capget(2): whether this thread uses `capability`, a number of linux/capability.h. /proc/self/status tells the same, and
 * the rest of it takes the kernel and Node a millisecond.
 */
export function usesCapability(capability: number): boolean {
  const word = getSets().sets.readUInt32LE(capability < 32 ? EFFECTIVE : EFFECTIVE_FROM_32);
  return ((word >>> (capability % 32)) & 1) !== 0;
}

function changeSets(change: (sets: Buffer) => void): void {
  const { header, sets } = getSets();
  change(sets);
  capsetCall(() => ({ call: 'capset({_LINUX_CAPABILITY_VERSION_3, 0})' }), header, sets);
}

function getSets(): { header: Buffer; sets: Buffer } {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(LINUX_CAPABILITY_VERSION_3);
  const sets = Buffer.alloc(24);
  capgetCall(() => ({ call: 'capget({_LINUX_CAPABILITY_VERSION_3, 0})' }), header, sets);
  return { header, sets };
}

function bitsOf(capabilities: readonly number[]): number {
  return capabilities.reduce((bits, capability) => bits | (1 << capability), 0);
}

// linux/capability.h
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
const EFFECTIVE = 0;
const PERMITTED = 4;
const INHERITABLE = 8;
const EFFECTIVE_FROM_32 = 12;
