import type { Vitest } from 'vitest/node';

import { handBack } from '../sudo/hand-back.js';
import { findSudoUser, type SudoUser } from '../sudo/sudo-user.js';

/**
 * After each run of tests, and when everything is written, gives what was made in the project to the user that
 * has called sudo(8): else the next run without it could not write there.
 */
export function handBackAfterRuns(vitest: Vitest): void {
  const user = findSudoUser();
  if (user === undefined || followed.has(vitest)) return;
  followed.add(vitest);
  const give = () => handBackProject(vitest, user);
  vitest.config.reporters.push({ onTestRunEnd: give });
  process.once('exit', give);
}

function handBackProject(vitest: Vitest, user: SudoUser): void {
  for (const root of new Set([vitest.config.root, ...vitest.projects.map(({ config }) => config.root)])) {
    try {
      handBack(root, user, performance.timeOrigin);
    } catch (error) {
      console.error(`mountns: could not give the files in ${root} to uid ${user.uid}: ${error}`);
    }
  }
}

const followed = new WeakSet<Vitest>();
