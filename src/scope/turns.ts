/** Gives out turns one at a time, in the order that they were asked for. */
export class Turns {
  /** Not kept when it has ended: it holds the async context that it was asked for in. */
  #last: Promise<void> | undefined;
  #open = 0;

  /** Resolves to the function that ends the turn, once all earlier turns have ended. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end: () => void = () => {};
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    this.#open += 1;
    await before;
    return () => {
      this.#open -= 1;
      if (this.#open === 0) this.#last = undefined;
      end();
    };
  }

  /** Turns that have not ended, those that wait included. */
  get open(): number {
    return this.#open;
  }

  /** Resolves when every turn that was asked for until now has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
