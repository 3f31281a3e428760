import type { Readable, Writable } from 'node:stream';

/**
 * Writes what many workers print to one stream. It keeps one listener on that stream however many workers
 * there are, and stops reading from them while the stream is full.
 */
export class OutputStream {
  readonly #target: Writable;
  readonly #paused = new Set<Readable>();

  constructor(target: Writable) {
    this.#target = target;
  }

  write(chunk: Buffer, source: Readable): void {
    // Looked up at each call: reporters that redraw the terminal replace this method.
    if (this.#target.write(chunk)) return;
    if (this.#paused.size === 0) this.#target.once('drain', this.#resume);
    this.#paused.add(source);
    source.pause();
  }

  readonly #resume = () => {
    const sources = [...this.#paused];
    this.#paused.clear();
    for (const source of sources) source.resume();
  };
}
