import type { Readable, Writable } from 'node:stream';

/**
 * Writes what many workers print to one stream, in whole lines, so that neither another worker nor a reporter
 * comes in the middle of one. It keeps one listener on that stream however many workers there are, and stops
 * reading from them while the stream is full.
 */
export class OutputStream {
  readonly #target: Writable;
  readonly #paused = new Set<Readable>();
  /** The beginnings of lines whose ends have not come. */
  readonly #begun = new Map<Readable, Buffer>();
  #timer: NodeJS.Timeout | undefined;

  constructor(target: Writable) {
    this.#target = target;
  }

  write(chunk: Buffer, source: Readable): void {
    const begun = this.#begun.get(source);
    const text = begun === undefined ? chunk : Buffer.concat([begun, chunk]);
    const end = text.length < LONGEST_LINE ? text.lastIndexOf('\n') + 1 : text.length;
    if (end < text.length) this.#begun.set(source, text.subarray(end));
    else this.#begun.delete(source);
    this.#waitForEnds();
    if (end > 0) this.#write(text.subarray(0, end), source);
  }

  /** Writes what `source` has begun: its end won't come, or not in time. */
  flush(source: Readable): void {
    const begun = this.#begun.get(source);
    this.#begun.delete(source);
    if (begun !== undefined) this.#write(begun, source);
  }

  #write(text: Buffer, source: Readable): void {
    // Looked up at each call: reporters that redraw the terminal replace this method.
    if (this.#target.write(text)) return;
    if (this.#paused.size === 0) this.#target.once('drain', this.#resume);
    this.#paused.add(source);
    source.pause();
  }

  readonly #resume = () => {
    const sources = [...this.#paused];
    this.#paused.clear();
    for (const source of sources) source.resume();
  };

  #waitForEnds(): void {
    if (this.#begun.size > 0) this.#timer ??= setTimeout(this.#writeOldBeginnings, PATIENCE).unref();
  }

  readonly #writeOldBeginnings = () => {
    const old = new Map(this.#begun);
    // When this process was busy the rest may have come long ago: it is read before the next callback.
    setImmediate(() => {
      this.#timer = undefined;
      for (const [source, begun] of old) if (this.#begun.get(source) === begun) this.flush(source);
      this.#waitForEnds();
    });
  };
}

/** How long the beginning of a line waits for its end, in milliseconds: a test may print a prompt, or dots. */
const PATIENCE = 1000;
const LONGEST_LINE = 1 << 20;
