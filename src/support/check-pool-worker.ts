import { fileURLToPath } from 'node:url';

import { messageOf } from '../errors/message-of.cjs';
import { findLauncher, launchWith } from '../namespace/launcher.cjs';
import { ok, refused, type SupportCheck } from './check.js';
import { childEnvironment } from './child-environment.js';

/** Starts a worker as the pool does, and asks it where it is. */
export async function checkPoolWorker(): Promise<SupportCheck> {
  const name = 'pool worker';
  // Not at once: what this is bundled with is loaded in tests too.
  const { Tinypool } = await import('tinypool');
  const launcher = findLauncher();
  const pool = new Tinypool({
    runtime: 'child_process',
    filename: 'node:fs',
    name: 'readlinkSync',
    env: childEnvironment() as Record<string, string>,
    /** Loads {@link file://./../register.cts} */
    execArgv: [
      ...(launcher?.execArgv ?? []),
      '--require',
      fileURLToPath(new URL('../register.cjs', import.meta.url)),
    ],
    minThreads: 0,
    maxThreads: 1,
  });
  try {
    // A worker that dies early settles no task.
    const death = new Promise<never>((_, reject) => pool.on('error', reject));
    const task = launchWith(launcher, () => pool.run('/proc/thread-self/ns/mnt') as Promise<string>);
    return ok(name, `runs in ${await Promise.race([task, death])}`);
  } catch (error) {
    return refused(name, `does not start: ${messageOf(error)}`);
  } finally {
    await pool.destroy().catch(() => {});
  }
}
