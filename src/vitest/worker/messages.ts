type Listener = (message: unknown) => void;

// Tests replace methods of process: these are taken before they do.
const on = process.on.bind(process);
const off = process.off.bind(process);

/** What Vitest sends to this worker. A test that removes the listeners of `process` does not take these away. */
export class Messages {
  readonly #listeners = new Map<Listener, Listener>();

  constructor() {
    on('removeListener', this.#restore);
  }

  on(callback: Listener): void {
    let last: unknown;
    const listener: Listener = (message) => {
      // A test that puts back what it has removed adds it a second time.
      if (message === last || isTinypools(message)) return;
      last = message;
      callback(message);
    };
    this.#listeners.set(callback, listener);
    on('message', listener);
  }

  off(callback: Listener): void {
    const listener = this.#listeners.get(callback);
    this.#listeners.delete(callback);
    off('message', listener ?? callback);
  }

  close(): void {
    off('removeListener', this.#restore);
    for (const callback of this.#listeners.keys()) this.off(callback);
  }

  readonly #restore = (event: string | symbol, removed: unknown) => {
    if (event !== 'message') return;
    for (const listener of this.#listeners.values()) if (listener === removed) on('message', listener);
  };
}

function isTinypools(message: unknown): boolean {
  return (message as { __tinypool_worker_message__?: true } | null)?.__tinypool_worker_message__ === true;
}
