import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

import { NAMESPACE_MARK } from '../namespace/environment.cjs';
import type { NamespaceHold } from './namespace-hold.js';
import { withPosixSpawn } from './posix-spawn.js';

/**
 * Ends what is left in the namespaces of the workers when this process is killed: then the kernel ends the workers,
 * and nobody else their children.
 *
 * A machine without a shell has no warden.
 */
export class Warden {
  readonly #shells: Shell[] = [];
  /** Descriptor of a namespace → the shell that holds it too. */
  readonly #watchedBy = new Map<number, Shell>();
  #onReleased = () => {};

  /** Starts the first shell, once. It takes some milliseconds: a good moment is while a worker starts. */
  start(): void {
    if (this.#shells.length === 0) this.#shells.push(new Shell());
  }

  /** From now on it ends the processes of this namespace if we are killed. */
  watch(hold: NamespaceHold): void {
    let shell = this.#shells.find(({ isFull }) => !isFull);
    if (shell === undefined) {
      shell = new Shell();
      this.#shells.push(shell);
    }
    shell.watch(hold);
    this.#watchedBy.set(hold.fd, shell);
  }

  /** Their worker has ended as it should. */
  release({ fd }: NamespaceHold): void {
    this.#watchedBy.get(fd)?.release(fd);
    this.#watchedBy.delete(fd);
    this.#onReleased();
  }

  /** Ends it, when the last namespace is released. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onReleased = () => {
        if (this.#watchedBy.size === 0) resolve();
      };
      this.#onReleased();
    });
    await Promise.all(this.#shells.splice(0).map((shell) => shell.close()));
  }
}

/**
 * A shell that waits for the end of this process. It holds namespaces itself, since their ids would soon mean others,
 * and is in a session of its own, so that what kills the whole process group leaves it.
 */
class Shell {
  readonly #process: ChildProcess;
  readonly #free = [...SLOTS];
  readonly #slots = new Map<number, number>();
  #isRunning = true;

  constructor() {
    const args = ['-c', SCRIPT, 'mountns-warden', String(process.pid)];
    this.#process = withPosixSpawn(() =>
      spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] }),
    );
    for (const event of ['error', 'exit']) {
      this.#process.on(event, () => {
        this.#isRunning = false;
      });
    }
    this.#process.unref();
    (this.#process.stdin as Socket | null)?.on('error', () => {}).unref();
  }

  get isFull(): boolean {
    return this.#free.length === 0;
  }

  watch({ fd, id }: NamespaceHold): void {
    const slot = this.#free.shift() as number;
    this.#slots.set(fd, slot);
    this.#tell(`watch ${slot} ${fd} ${id}`);
  }

  release(fd: number): void {
    const slot = this.#slots.get(fd) as number;
    this.#slots.delete(fd);
    this.#free.push(slot);
    this.#tell(`release ${slot}`);
  }

  async close(): Promise<void> {
    if (!this.#isRunning) return;
    this.#process.ref();
    const exit = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await exit;
  }

  #tell(command: string): void {
    if (this.#isRunning) this.#process.stdin?.write(`${command}\n`);
  }
}

/** The descriptors that it holds namespaces with: a POSIX shell knows no higher ones. */
const SLOTS = [3, 4, 5, 6, 7, 8, 9];

// It reads on until this process has closed the pipe or has ended; what it holds then is to be swept. The guard against
// our own namespace is for a descriptor that means something else by the time that the shell looks.
const SCRIPT = `
cd /proc || exit
ours=$1

sweep() {
  rounds=0 found=1
  while [ $found ] && [ $rounds -lt 1000 ]; do
    rounds=$((rounds + 1)) found=
    for dir in [0-9]* $(grep -lsz "^${NAMESPACE_MARK}=$2$" [0-9]*/environ); do
      pid=\${dir%/environ}
      [ $pid/ns/mnt -ef self/ns/mnt ] && continue
      [ $pid = $dir ] && ! [ $pid/ns/mnt -ef self/fd/$1 ] && continue
      kill -9 $pid && found=1
    done
  done
}

while read -r command slot fd id; do
  case $command in
    watch) eval "command exec $slot<$ours/fd/$fd" && eval "id_$slot=$id" ;;
    release) eval "id_$slot=; exec $slot<&-" ;;
  esac
done

for slot in ${SLOTS.join(' ')}; do
  eval "id=\\$id_$slot"
  [ $id ] && sweep $slot $id
done`;
