// Writes and deletions take effect one after the other, in the order they were called. Some are ready at once and others wait
// for the graph: without an order, the deletion of a row would overtake the write that adds it.

export class Order {
  #last: Promise<void> | undefined;

  /** True when nothing waits here that could change which ids there are. */
  get idle(): boolean {
    return this.#last === undefined;
  }

  /** Takes the next place, now; runs `effect` when its time has come and `ready` has resolved. */
  async enqueue<T>(ready: Promise<unknown> | undefined, effect: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let leave = (): void => {};
    const place = new Promise<void>((resolve) => {
      leave = () => {
        if (this.#last === place) this.#last = undefined;
        resolve();
      };
    });
    this.#last = place;
    try {
      if (ready !== undefined) await ready;
      if (before !== undefined) await before;
      return await effect();
    } finally {
      // One that never got ready must not let those after it overtake those before it.
      if (before === undefined) leave();
      else void before.then(leave);
    }
  }
}
