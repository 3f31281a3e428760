import fs = require('node:fs');

const { existsSync } = fs;

/** What tests run on, as far as it decides how an obstacle is removed. */
export type Machine = 'laptop' | 'GitHub Actions' | 'Docker' | 'Kubernetes';

/** What to do on each; what is the same everywhere is a plain string. */
export type Fix = string | Partial<Record<Machine, string>>;

/** The one that this process runs on, as far as it can be told. */
export function detectMachine(env: NodeJS.ProcessEnv = process.env): Machine {
  if (env.KUBERNETES_SERVICE_HOST) return 'Kubernetes';
  if (CONTAINER_MARKS.some((file) => existsSync(file))) return 'Docker';
  return env.GITHUB_ACTIONS === 'true' ? 'GitHub Actions' : 'laptop';
}

/** What to do on `machine`, or everywhere when it holds nothing for that one. */
export function fixFor(fix: Fix, machine = detectMachine()): string {
  return (typeof fix === 'string' ? fix : fix[machine]) ?? formatFix(fix);
}

/** What to do, a line for each machine. */
export function formatFix(fix: Fix): string {
  if (typeof fix === 'string') return fix;
  return Object.entries(fix)
    .map(([machine, step]) => `${machine}: ${step}`)
    .join('\n');
}

const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv'];
