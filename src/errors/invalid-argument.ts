import { inspect } from 'node:util';

/** The error for an argument that can't be used, `value`; `requirement` names it and says what it must be. */
export function invalidArgument(requirement: string, value: unknown): TypeError {
  return new TypeError(`${requirement}, received ${inspect(value)}`);
}
