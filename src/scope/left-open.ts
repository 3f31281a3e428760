import type { Explanation } from '../errors/explained-error.cjs';

/** What to say of whoever has left scopes open. */
export function leftOpen(whose: string, outcome = ''): Explanation {
  return {
    summary: `${whose} ended with a scope still open`,
    why: `a withMountNamespace() was not awaited or had not finished, or an enterMountNamespace() was not disposed of${outcome}`,
    fix: 'await withMountNamespace(…); await using ns = await enterMountNamespace(); or raise the time limit',
  };
}
