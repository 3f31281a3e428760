import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type MountNamespace, withMountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { temporaryDirectory } from '../../temporary-directory.js';

type Run = (ns: MountNamespace, directory: string) => void | Promise<void>;

/** A test of an operation, as {@link inCheckedScope} runs it. */
export function operationTest(name: string, entries: readonly string[], run: Run): void {
  test(name, () => inCheckedScope(entries, run));
}

/**
 * Runs an operation in a scope, with a directory of the host's file system that holds `entries`: `'d/'` is a
 * directory, `'d/f'` a file that holds its own path.
 *
 * While the scope is open, and when it has ended, the host must have the mounts, the entries and the contents that
 * it had before; afterwards, so must this process.
 */
export async function inCheckedScope(entries: readonly string[], run: Run): Promise<void> {
  const directory = temporaryDirectory();
  for (const entry of entries) {
    if (entry.endsWith('/')) fs.mkdirSync(path.join(directory, entry), { recursive: true });
    else fs.writeFileSync(path.join(directory, entry), entry);
  }
  const host = `/proc/${process.ppid}`;
  const look = () => ({
    mounts: fs.readFileSync(`${host}/mountinfo`, 'utf8'),
    files: contentsOf(`${host}/root${directory}`),
  });
  const before = { ...look(), own: fs.readFileSync('/proc/self/mountinfo', 'utf8'), cwd: process.cwd() };
  await withMountNamespace(async (ns) => {
    await run(ns, directory);
    // Where a test has left nothing of /proc, only the end can be looked at.
    if (fs.existsSync(host)) expect(look()).toEqual({ mounts: before.mounts, files: before.files });
  });
  const own = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  expect({ ...look(), own, cwd: process.cwd() }).toEqual(before);
}

function contentsOf(directory: string): Record<string, string> {
  const files = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files.map((file) => {
      const full = path.join(file.parentPath, file.name);
      return [full, file.isFile() ? fs.readFileSync(full, 'latin1') : file.isDirectory() ? 'd' : '?'];
    }),
  );
}

/** What sync code, async code and a child process read in `file`; they must agree. */
export async function readEverywhere(file: string): Promise<string> {
  const seen = [
    fs.readFileSync(file, 'utf8'),
    await fs.promises.readFile(file, 'utf8'),
    execFileSync('cat', [file], { encoding: 'utf8' }),
  ];
  expect(seen).toEqual([seen[0], seen[0], seen[0]]);
  return seen[0] as string;
}

/** What sync code, async code and a child process find in `directory`; they must agree. */
export async function listEverywhere(directory: string): Promise<string[]> {
  const child = execFileSync('ls', ['-A', directory], { encoding: 'utf8', env: { LC_ALL: 'C' } });
  const seen = [
    fs.readdirSync(directory).sort(),
    (await fs.promises.readdir(directory)).sort(),
    child.split('\n').filter((line) => line !== ''),
  ];
  expect(seen).toEqual([seen[0], seen[0], seen[0]]);
  return seen[0] as string[];
}

/** The error that writing to `file` gives to sync code, async code and a child process; they must agree. */
export async function writeEverywhere(file: string): Promise<string> {
  const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
  const write = () => {
    try {
      fs.appendFileSync(file, 'x');
      return 'written';
    } catch (error) {
      return codeOf(error);
    }
  };
  const sync = write();
  const later = await fs.promises.appendFile(file, 'x').then(() => 'written', codeOf);
  const script = `try { fs.appendFileSync(process.argv[1], 'x'); console.log('written') } catch (e) { console.log(e.code) }`;
  const child = execFileSync(process.execPath, ['-e', script, file], { encoding: 'utf8' }).trim();
  expect([sync, later, child]).toEqual([sync, sync, sync]);
  return sync as string;
}
