import { NamespaceError } from '../errors/namespace-error.cjs';

/** Why a worker can have no mount namespace, as it tells Jest's own process. */
export type Refusal = Pick<NamespaceError, 'message' | 'why' | 'fix'>;

/** An error for the test file. Jest hands on nothing but its message, its stack and its code. */
export function packRefusal(error: unknown): unknown {
  if (!(error instanceof NamespaceError)) return error;
  const { message, why, fix } = error;
  const refusal: Refusal = Object.assign({ message }, why && { why }, fix && { fix });
  return Object.assign(new Error(message), { code: { mountnsRefusal: refusal } });
}

/** What is in the error of a test file, if it is such a one. */
export function unpackRefusal(error: unknown): Refusal | undefined {
  const { code } = error as { code?: { mountnsRefusal?: Refusal } };
  return code?.mountnsRefusal;
}
