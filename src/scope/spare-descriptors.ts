import { closeSync } from 'node:fs';
import { openat } from '../../native/directories.cjs';
import { processWide } from '../../native/process-wide.cjs';
import { probe } from '../../native/unless.cjs';
import type { EnteredNamespace } from '../namespace/namespace-record.cjs';

const spare = processWide<number[]>('spare-descriptors', () => []);

/**
 * Takes descriptors for the end of a scope, where a test may have taken all others. It needs one at a time; the second is
 * for what another thread of Node opens meanwhile.
 */
export function keepDescriptors({ procFd }: EnteredNamespace): void {
  while (spare.length < 2) {
    const fd = probe(() => openat(procFd, '.', 0));
    if (fd === undefined) return;
    spare.push(fd);
  }
}

/** Gives them up, before something is opened. */
export function freeDescriptors(): void {
  for (const fd of spare.splice(0)) probe(() => closeSync(fd));
}
