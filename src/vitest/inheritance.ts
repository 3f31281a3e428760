import { resolve } from 'node:path';

import { NamespaceError } from '../errors/namespace-error.cjs';

interface Config {
  configFile?: string | false | undefined;
  plugins?: unknown;
}

/** What Vitest 5 alone knows by then. */
interface TestConfig {
  projects?: readonly unknown[];
  project: readonly string[];
  resolvedProjects?: readonly { viteConfig: unknown }[];
}

/** Configuration files whose plugins a project has. */
const inherited = new Set<string>();

/**
 * A configuration file with this plugin is read: first for Vitest itself, and then again for each project that extends
 * it.
 */
export function noteConfig({ configFile, plugins }: Config): void {
  if (!configFile) return;
  const names = [plugins]
    .flat(Number.POSITIVE_INFINITY)
    .map((plugin) => (plugin as { name?: string } | null)?.name);
  if (names.includes('vitest:project')) inherited.add(configFile);
  else inherited.delete(configFile);
}

/** It is the configuration of a project, maybe the same as Vitest's own. */
export function noteProject({ configFile }: Config): void {
  if (configFile) inherited.add(configFile);
}

/**
 * Refuses the plugin beside `test.projects` when no project has it from there: all tests would run on the host, without
 * a word.
 *
 * @param config of a server with this plugin, when its projects are known
 */
export function refuseUselessPlace(config: Config & { root: string; test?: unknown }): void {
  const { projects, project, resolvedProjects } = (config.test ?? {}) as TestConfig;
  if (projects === undefined || inherited.has(config.configFile || '')) return;
  if (resolvedProjects !== undefined) {
    // A project that shares the server of this configuration does not read it again, and is missing here if --project
    // leaves it out.
    if (resolvedProjects.some(({ viteConfig }) => viteConfig === config)) return;
    if (project.length > 0 && projects.some((each) => canShare(each, config))) return;
  }
  throw new NamespaceError({
    summary: 'mountNamespaces() stands beside test.projects, and no project has it from there',
    why: 'Vitest 4 gives the plugins of a configuration to those of its projects that have `extends: true`, Vitest 5 to those that extend nothing else',
    fix: 'move it to the plugins of the projects that need it',
  });
}

/** Whether a project that Vitest 5 is given may share the server: a promise or a function may be anything. */
function canShare(project: unknown, { root, configFile }: Config & { root: string }): boolean {
  const base = (project as { extends?: string | boolean }).extends;
  if (typeof base === 'string') return resolve(root, base) === configFile;
  return typeof project !== 'string' && base !== false;
}
