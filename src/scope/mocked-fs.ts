import { fstatSync } from 'node:fs';
import { probe } from '../../native/unless.cjs';

/** Whether `node:fs` does not know a descriptor that is open, as with mock-fs: what it opens is none of the kernel's. */
export function isFsMocked(fd: number): boolean {
  return probe(() => fstatSync(fd)) === undefined;
}

/** Runs `step`; while mock-fs is active, as in its `mock.bypass()`. */
export function bypassMockFs(fd: number, step: () => void): void {
  const binding = isFsMocked(fd) ? (process as unknown as Bindings).binding('fs') : {};
  const { _mockedBinding } = binding;
  binding._mockedBinding = undefined;
  try {
    step();
  } finally {
    binding._mockedBinding = _mockedBinding;
  }
}

interface Bindings {
  binding(name: string): { _mockedBinding?: unknown };
}
