import type { View } from './look.js';

/** What is not at `name` or below. */
export const without = (v: View, name: string): View =>
  new Map([...v].filter(([k]) => name !== '' && k !== name && !k.startsWith(`${name}/`)));
/** What is at `name` and below, by the rest of its name. */
export const sub = (v: View, name: string): View =>
  new Map(
    [...v]
      .filter(([k]) => k === name || k.startsWith(`${name}/`) || name === '')
      .map(([k, l]) => [k.slice(name.length), l]),
  );
/** Without the times of directories. */
export const timeless = (v: View): View =>
  new Map([...v].map(([k, l]) => [k, l.startsWith('4') ? l.replace(/^(\S+ \S+) .*$/, '$1') : l]));

/** Without what was made to be mounted on: it can show at more than one place. */
export function tolerateProvided(
  after: View,
  before: View,
  suffixes: readonly string[],
  keep?: string,
): View {
  return new Map(
    [...after].filter(([k]) => before.has(k) || k === keep || !suffixes.some((s) => k.endsWith(s))),
  );
}

/** The names that are missing of a path, each with those before it: what was provided. */
export function missingOf(v: View, name: string): string[] {
  const parts = name.split('/').slice(1);
  const have = parts.findIndex((_, i) => !v.has(`/${parts.slice(0, i + 1).join('/')}`));
  if (have < 0) return [];
  return parts.slice(have).map((_, i, all) => `/${all.slice(0, i + 1).join('/')}`);
}
