import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

import { NAMESPACE_MARK } from '../namespace/environment.cjs';
import type { NamespaceHold } from './namespace-hold.js';

/**
 * A shell that ends what is left in the namespaces of the workers when this process is killed: then the kernel
 * ends the workers, and nobody else their children.
 *
 * It holds the namespaces itself, since their ids would soon mean others, and is in a session of its own, so that
 * what kills the whole process group leaves it. A machine without a shell has no warden.
 */
export class Warden {
  #shell: ChildProcess | undefined;
  readonly #watched = new Set<number>();
  #isRunning = false;
  #onReleased = () => {};

  /** Starts the shell, once. It takes some milliseconds: a good moment is while a worker starts. */
  start(): void {
    if (this.#shell !== undefined) return;
    const shell = spawn('/bin/sh', ['-c', SCRIPT, 'mountns-warden', String(process.pid)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    });
    this.#shell = shell;
    this.#isRunning = true;
    for (const event of ['error', 'exit']) {
      shell.on(event, () => {
        this.#isRunning = false;
      });
    }
    shell.unref();
    for (const stream of [shell.stdin, shell.stdio[3]] as (Socket | null)[]) {
      stream?.on('error', () => {}).unref();
    }
  }

  /** From now on it ends the processes of this namespace if we are killed. */
  watch({ fd, id }: NamespaceHold): void {
    this.start();
    this.#watched.add(fd);
    this.#tell(`watch ${fd} ${id}`);
  }

  /** Their worker has ended as it should. */
  release({ fd }: NamespaceHold): void {
    this.#watched.delete(fd);
    this.#tell(`release ${fd}`);
    this.#onReleased();
  }

  /** Ends it, when the last namespace is released. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onReleased = () => {
        if (this.#watched.size === 0) resolve();
      };
      this.#onReleased();
    });
    if (this.#shell === undefined || !this.#isRunning) return;
    this.#shell.ref();
    const exit = once(this.#shell, 'exit');
    // First what it has to read: those that wait at the other one would take its end for that of this process.
    this.#shell.stdin?.end();
    await exit;
    (this.#shell.stdio[3] as Socket | null)?.destroy();
  }

  #tell(command: string): void {
    if (this.#isRunning) this.#shell?.stdin?.write(`${command}\n`);
  }
}

// For each namespace a subshell holds it as descriptor 4, and waits at 3 for the end of this process. The guard
// against our own namespace is for a descriptor that means something else by the time that the shell looks.
const SCRIPT = `
cd /proc || exit
ours=$1

sweep() {
  rounds=0 found=1
  while [ $found ] && [ $rounds -lt 1000 ]; do
    rounds=$((rounds + 1)) found=
    for dir in [0-9]* $(grep -lsz "^${NAMESPACE_MARK}=$1$" [0-9]*/environ); do
      pid=\${dir%/environ}
      [ $pid/ns/mnt -ef self/ns/mnt ] && continue
      [ $pid = $dir ] && ! [ $pid/ns/mnt -ef self/fd/4 ] && continue
      kill -9 $pid && found=1
    done
  done
}

guard() {
  [ self/fd/4 -ef self/ns/mnt ] && return
  read -r line <&3
  sweep "$1"
}

while read -r command fd id; do
  case $command in
    watch)
      { guard "$id" & } 4<$ours/fd/$fd && eval "guard_$fd=$!"
      ;;
    release)
      eval "guard=\\$guard_$fd guard_$fd="
      [ $guard ] && kill $guard && wait $guard
      ;;
  esac
done`;
