import { closeSync } from 'node:fs';
import { openat } from '../../native/directories.cjs';
import { processWide } from '../../native/process-wide.cjs';
import { probe } from '../../native/unless.cjs';
import type { EnteredNamespace } from '../namespace/namespace-record.cjs';

const spare = processWide<{ fd?: number | undefined }>('spare-descriptor', () => ({}));

/** Takes a descriptor for the end of a scope, where a test may have taken all others. */
export function keepDescriptor({ procFd }: EnteredNamespace): void {
  spare.fd ??= probe(() => openat(procFd, '.', 0));
}

/** Gives it up, before something is opened. */
export function freeDescriptor(): void {
  const { fd } = spare;
  spare.fd = undefined;
  if (fd !== undefined) probe(() => closeSync(fd));
}
