import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PRELOAD = path.resolve('dist/src/register.cjs');

/** The errors that a program prints, one JSON a line. It runs in a namespace of its own. */
export async function runFixture(
  name: string,
  args: string[],
  launcher: readonly string[] = [],
): Promise<unknown[]> {
  const fixture = path.join(import.meta.dirname, 'fixtures', name);
  const [command, ...rest] = [...launcher, process.execPath, '--require', PRELOAD, fixture, ...args];
  const env = { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '' };
  const { stdout } = await run(command as string, rest, { env });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
