import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { onTestFinished } from 'vitest';

/**
 * A mark for the environment of a test run: whatever comes of it has the mark too, wherever it has got to. What
 * is still there when the test has finished is killed.
 */
export class RunMark {
  readonly env = { RUN_MARK: randomUUID() };

  constructor() {
    onTestFinished(() => {
      for (const { pid } of this.processes()) process.kill(pid, 'SIGKILL');
    });
  }

  /** The processes that have it, as `{ pid, command }`; those that have ended have no environment any more. */
  processes(): { pid: number; command: string }[] {
    return fs.readdirSync('/proc').flatMap((name) => {
      const [environ, command] = ['environ', 'cmdline'].map((file) => read(`/proc/${name}/${file}`));
      if (!/^\d+$/.test(name) || !environ?.includes(this.env.RUN_MARK)) return [];
      return [{ pid: Number(name), command: command?.replaceAll('\0', ' ').trim() ?? '' }];
    });
  }
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
