import { inNamespace } from '../in-namespace.mjs';

/** Make a tree of 100 files, read it, throw it away. */
export default async function fixtures({ quick }) {
  return inNamespace('fixture-loop.mjs', quick ? '20' : '100');
}
