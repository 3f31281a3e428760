import { MountError } from 'mountns';
import { expect } from 'vitest';

/** The error of an operation that must fail with a {@link MountError}. */
export function errorOf(operation: () => void): MountError {
  let thrown: unknown;
  try {
    operation();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(MountError);
  return thrown as MountError;
}
