import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { MountNamespace } from 'mountns';
import { expect, test } from 'mountns/vitest';
import { RunMark } from '../../run-mark.js';
import { inCheckedScope } from '../operations/operation-test.js';

/** What a test of a program has to work with. */
export interface Inside {
  ns: MountNamespace;
  /** An empty directory, a tmpfs of the scope's own. */
  directory: string;
  /** Runs a program to its end; returns what it has printed. Failing is an error, with what it said. */
  run(program: string, ...args: string[]): string;
  /** As `run`, for a program that must fail: returns its standard error. */
  fail(program: string, ...args: string[]): string;
  /** The environment for programs that are started otherwise: what was not, is not looked for at the end. */
  env: NodeJS.ProcessEnv;
}

/**
 * A test of other people's programs in a scope. While it is open and when it has ended, the host must have the mounts
 * and files that it had before; afterwards, no process that the test has started may be left.
 *
 * @param programs that must be installed: where one is missing, the test fails
 */
export function clientTest(
  name: string,
  programs: readonly string[],
  use: (inside: Inside) => void | Promise<void>,
): void {
  test(name, async () => {
    for (const program of programs) requireProgram(program);
    const mark = new RunMark();
    const env = { PATH, LC_ALL: 'C', ...mark.env };
    await inCheckedScope(['d/'], async (ns, onHost) => {
      const directory = path.join(onHost, 'd');
      ns.tmpfs(directory);
      await use({
        ns,
        directory,
        env,
        run: (...command) => {
          const { status, stdout, stderr } = start(command, env);
          expect(status, `${command.join(' ')}: ${stderr}`).toBe(0);
          return stdout;
        },
        fail: (...command) => {
          const { status, stderr } = start(command, env);
          expect(status, command.join(' ')).not.toBe(0);
          return stderr;
        },
      });
      expect(ns).toBeIsolatedFromHost();
    });
    // A process that was killed is there until the kernel has torn it down.
    await expect.poll(() => mark.processes(), { interval: 5, timeout: 10_000 }).toEqual([]);
  });
}

function start([program, ...args]: [string, ...string[]], env: NodeJS.ProcessEnv) {
  const result = spawnSync(program, args, { env, encoding: 'utf8' });
  if (result.error !== undefined) throw result.error;
  return result;
}

/** @throws {Error} when `program` is not installed, with what to install. */
export function requireProgram(program: string): void {
  if (findProgram(program) !== undefined) return;
  throw new Error(
    `this test needs ${program}, which is not installed: apt-get install ${packageOf(program)} (.ci/install installs all)`,
  );
}

/** Where `program` is, or undefined. */
export function findProgram(program: string): string | undefined {
  return PATH.split(':')
    .map((directory) => path.join(directory, program))
    .find((file) => fs.existsSync(file));
}

function packageOf(program: string): string {
  const list = fs.readFileSync(path.resolve(import.meta.dirname, '../../../.ci/install'), 'utf8');
  const found = list.split(/\s+/).find((word) => word.startsWith(`${program}:`));
  if (found === undefined) throw new Error(`${program} is missing in .ci/install`);
  return found.slice(program.length + 1);
}

// Where a user who is not root may not look by default.
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
