import fs = require('node:fs');

const { existsSync } = fs;

/** Where tests run, as far as it decides how an obstacle is removed. */
export type Place = 'laptop' | 'GitHub Actions' | 'Docker' | 'Kubernetes';

/** What to do in each place; what is the same everywhere is a plain string. */
export type Fix = string | Partial<Record<Place, string>>;

/** The place that this process is in, as far as it can be told. */
export function detectPlace(env: NodeJS.ProcessEnv = process.env): Place {
  if (env.KUBERNETES_SERVICE_HOST) return 'Kubernetes';
  if (CONTAINER_MARKS.some((file) => existsSync(file))) return 'Docker';
  return env.GITHUB_ACTIONS === 'true' ? 'GitHub Actions' : 'laptop';
}

/** What to do in `place`, or everywhere when it holds nothing for that one. */
export function fixFor(fix: Fix, place = detectPlace()): string {
  return (typeof fix === 'string' ? fix : fix[place]) ?? formatFix(fix);
}

/** What to do, a line for each place. */
export function formatFix(fix: Fix): string {
  if (typeof fix === 'string') return fix;
  return Object.entries(fix)
    .map(([place, step]) => `${place}: ${step}`)
    .join('\n');
}

const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv'];
