import { NamespaceHold } from './namespace-hold.js';
import { notices } from './notices.js';
import { Warden } from './warden.js';

/**
 * The namespaces of workers that are somebody else's children to start and to end: what tests have left running in
 * them ends with the workers, also when this process is killed.
 */
export class WorkerNamespaces {
  readonly #warden = new Warden();
  readonly #holds = new Map<number, NamespaceHold>();

  /** A worker has entered its namespace. It may say so again. */
  add(pid: number): void {
    const hold = NamespaceHold.of(pid);
    if (hold === undefined) return;
    if (this.#holds.has(hold.id)) {
      hold.close();
      return;
    }
    this.#holds.set(hold.id, hold);
    this.#warden.watch(hold);
  }

  /** All workers have ended. */
  async end(): Promise<void> {
    for (const hold of this.#holds.values()) {
      const notice = hold.clear('a worker');
      if (notice !== undefined) notices.print(notice);
      this.#warden.release(hold);
      hold.close();
    }
    this.#holds.clear();
    await this.#warden.close();
  }
}
