import { inNamespace } from '../in-namespace.mjs';

/** A copy-on-write scope against a copy of the same tree. */
export default async function copyOnWrite({ quick }) {
  return inNamespace('copy-on-write-loop.mjs', quick ? '5' : '15');
}
