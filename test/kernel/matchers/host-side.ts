import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { MountNamespace, MountTable } from 'mountns';
import { onTestFinished } from 'vitest';
import { readMounts } from '../../../src/mounts/read-mounts.js';

/** A directory that the host has too. */
export function sharedDirectory(): string {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'mountns-isolated-'));
  onTestFinished(() => fs.rmdirSync(directory));
  return directory;
}

/** What the matcher looks at, with parts of it replaced. */
export function namespaceLike(ns: MountNamespace, parts: object, host: object = {}) {
  return {
    id: ns.id,
    mounts: () => ns.mounts(),
    ...parts,
    host: {
      id: ns.host.id,
      mounts: () => ns.host.mounts(),
      mountsAtEntry: () => ns.host.mountsAtEntry(),
      ...host,
    },
  };
}

/**
 * A mount namespace that a process of its own keeps until the end of the test. It plays the host, so that the real
 * one, which other tests look at meanwhile, stays as it is.
 */
export class OtherNamespace {
  readonly #child: ChildProcess;
  readonly #isUser: boolean;

  private constructor(child: ChildProcess, isUser: boolean) {
    this.#child = child;
    this.#isUser = isUser;
  }

  /**
   * As unshare(1) makes it from the namespace of `from` (the real host's when left out): `unchanged` leaves its
   * mounts in the peer groups of those that they are copies of. With `isUser`, in a user namespace of its own.
   */
  static async start(
    propagation: 'unchanged' | 'private' | 'slave' | 'shared',
    from: OtherNamespace | { pid: number } = { pid: process.ppid },
    { isUser = false } = {},
  ): Promise<OtherNamespace> {
    const user = isUser ? ['--user', '--map-root-user'] : [];
    const unshare = ['unshare', ...user, '--mount', '--propagation', propagation];
    const command = [...unshare, 'sh', '-c', 'echo; read line'];
    const child = spawn('nsenter', ['--target', String(from.pid), '--mount', ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    return new OtherNamespace(child, isUser);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  mounts(): MountTable {
    return readMounts(this.pid);
  }

  run(command: string, ...args: string[]): void {
    const user = this.#isUser ? ['--user'] : [];
    execFileSync('nsenter', ['--target', String(this.pid), ...user, '--mount', command, ...args]);
  }
}

/** A worker whose host is another namespace. In a scope, it mounts a tmpfs and asks a matcher. */
export class OtherWorker {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })[
      Symbol.asyncIterator
    ]();
  }

  static async start(
    host: OtherNamespace,
    { mountPoint }: { mountPoint?: string } = {},
  ): Promise<OtherWorker> {
    const node = [process.execPath, '--require', path.resolve('dist/src/register.cjs'), '-e', WORKER];
    const child = spawn('nsenter', ['--target', String(host.pid), '--mount', ...node, mountPoint ?? ''], {
      // It knows nothing of the namespace that this test runs in.
      env: { ...process.env, MOUNTNS_NAMESPACE: '', MOUNTNS_HOST: '', NODE_OPTIONS: '' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const worker = new OtherWorker(child);
    await worker.#lines.next();
    return worker;
  }

  /** Runs a command in the scope. */
  run(command: string, ...args: string[]): void {
    execFileSync('nsenter', ['--target', String(this.#child.pid), '--mount', '--root', command, ...args]);
  }

  /** What `toBeIsolatedFromHost` says of a path there, of every mount when left out. */
  async judge(mountPoint = ''): Promise<{ pass: boolean; message: string }> {
    this.#child.stdin?.write(`${mountPoint}\n`);
    const { value } = await this.#lines.next();
    return JSON.parse(value);
  }
}

const WORKER = `
(async () => {
  const { withMountNamespace } = await import(${JSON.stringify(path.resolve('dist/src/index.js'))});
  const { toBeIsolatedFromHost } = await import(${JSON.stringify(path.resolve('dist/matchers/index.js'))});
  await withMountNamespace(async (ns) => {
    if (process.argv[1] !== '') ns.tmpfs(process.argv[1]);
    console.log('ready');
    for await (const line of require('node:readline').createInterface({ input: process.stdin })) {
      const { pass, message } = toBeIsolatedFromHost.call({ isNot: false }, ns, line === '' ? undefined : line);
      console.log(JSON.stringify({ pass, message: message() }));
    }
  });
})();`;
