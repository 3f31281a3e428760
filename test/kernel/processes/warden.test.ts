import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'mountns/vitest';

import { NAMESPACE_MARK } from '../../../src/namespace/environment.cjs';
import { readDescendants } from '../../../src/processes/descendants.js';
import { NamespaceHold } from '../../../src/processes/namespace-hold.js';
import { Warden } from '../../../src/processes/warden.js';
import { RunMark } from '../../run-mark.js';
import { OtherNamespace } from '../matchers/host-side.js';

const program = path.join(import.meta.dirname, 'fixtures/watch.mjs');
const patience = { interval: 5, timeout: 20_000 };

/** The mount namespaces that `pid` has open. */
function heldBy(pid: number): string[] {
  return fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const target = fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
    return target.startsWith('mnt:') ? [target] : [];
  });
}

// A shell holds seven.
test.each([1, 7, 10])(
  'of %i namespaces all processes end with the one that had them watched, but not in one that was released, nor outside of them',
  async (count) => {
    const mark = new RunMark();
    const env = { ...process.env, ...mark.env };
    const watcher = spawn(process.execPath, [program, String(count)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const [line] = await once(watcher.stdout, 'data');
    const { released, watched } = JSON.parse(String(line)) as { released: number; watched: number[] };
    const { ino } = fs.statSync(`/proc/${watched[0]}/ns/mnt`);
    // One that has come back to where the watcher is.
    const own = spawn('sleep', ['1000'], { env: { ...env, [NAMESPACE_MARK]: String(ino) }, stdio: 'ignore' });
    const wardens = () => mark.processes().filter(({ command }) => command.includes('mountns-warden'));
    const namespaces = watched.map((pid) => fs.readlinkSync(`/proc/${pid}/ns/mnt`)).sort();
    await expect
      .poll(
        () =>
          wardens()
            .flatMap(({ pid }) => heldBy(pid))
            .sort(),
        patience,
      )
      .toEqual(namespaces);

    // The whole group, as a terminal or a supervisor does.
    process.kill(-(watcher.pid as number), 'SIGKILL');
    await expect
      .poll(() => mark.processes().map(({ pid }) => pid), patience)
      .toEqual([released, own.pid].sort((a, b) => Number(a) - Number(b)));
  },
);

test('one shell is enough for namespaces of which seven are watched at a time, and ends with the last one', async () => {
  const other = await OtherNamespace.start('private');
  const holds = Array.from({ length: 20 }, () => NamespaceHold.of(other.pid) as NamespaceHold);
  const wardens = () => readDescendants().filter(({ command }) => command.startsWith('/bin/sh'));
  const warden = new Warden();
  for (const [index, hold] of holds.entries()) {
    warden.watch(hold);
    if (index >= 6) warden.release(holds[index - 6] as NamespaceHold);
  }
  expect(wardens()).toHaveLength(1);
  for (const hold of holds.slice(-6, -1)) warden.release(hold);
  const closed = warden.close();
  warden.release(holds.at(-1) as NamespaceHold);
  await closed;
  expect(wardens()).toEqual([]);
  for (const hold of holds) hold.close();
});
