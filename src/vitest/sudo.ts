import { dirname, join, resolve } from 'node:path';
import type { TestProject, Vitest } from 'vitest/node';

import { handBack } from '../sudo/hand-back.js';
import { findSudoUser, type SudoUser } from '../sudo/sudo-user.js';

/**
 * After each run of tests, and when everything is written, gives what was made in the project to the user that
 * has called sudo(8): else the next run without it could not write there.
 */
export function handBackAfterRuns(vitest: Vitest): void {
  const user = findSudoUser();
  if (user === undefined) return;
  const give = () => handBackProject(vitest, user);
  // When its configuration has changed, a Vitest has other reporters.
  if (isNew(vitest.config)) vitest.config.reporters.push({ onTestRunEnd: give });
  if (!isNew(vitest)) return;
  process.once('exit', give);
  // The end by this signal is no exit.
  process.once('SIGHUP', () => {
    give();
    process.kill(process.pid, 'SIGHUP');
  });
}

function handBackProject(vitest: Vitest, user: SudoUser): void {
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      console.error(`mountns: could not give files to uid ${user.uid}: ${error}`);
      return undefined;
    }
  };
  const places = [vitest, ...vitest.projects].flatMap((each) => attempt(() => placesOf(each)) ?? []);
  for (const place of new Set(places)) attempt(() => handBack(place, user, performance.timeOrigin));
}

/** Where Vitest and Vite write: in the root directory, or wherever else the configuration says. */
function placesOf({ config, vite }: Pick<TestProject, 'config' | 'vite'>): string[] {
  const { root, attachmentsDir, coverage, outputFile, reporters = [] } = config;
  const { cacheDir, configFile } = vite.config;
  const reports = reporters.map((each) => (Array.isArray(each) ? outputOf(each[1]) : undefined));
  const others = typeof outputFile === 'object' ? Object.values(outputFile) : [outputFile];
  return [root, cacheDir, attachmentsDir, coverage.reportsDirectory, ...reports, ...others]
    .filter((path) => typeof path === 'string')
    .map((path) => resolve(root, path))
    .concat(modulesAbove(root), configFile === undefined ? [] : modulesAbove(dirname(configFile)));
}

function outputOf(options: unknown): unknown {
  return (options as { outputFile?: unknown } | undefined)?.outputFile;
}

/** Where Vite compiles a configuration file, and Vitest keeps modules: in a node_modules, the nearest or one further up. */
function modulesAbove(directory: string): string[] {
  const parent = dirname(directory);
  return [join(directory, 'node_modules'), ...(parent === directory ? [] : modulesAbove(parent))];
}

function isNew(object: object): boolean {
  const isFollowed = followed.has(object);
  followed.add(object);
  return !isFollowed;
}

const followed = new WeakSet<object>();
