// An index over values by slot: sorted slots, or slots in groups. Sorting takes long, so a write
// does not sort again. The write marks the slot as touched. The index then leaves out the slot, and
// the reader looks at the current value of the slot.

import { Bits } from '../../base/bits.js';

/** An index with more touched entries than this share, and than `FEW`, is made again. */
const SHARE = 1 / 16;
const FEW = 2_048;

/** Entries that changed since the index was begun. */
export class Touched {
  readonly bits = new Bits();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(entry: number): void {
    if (this.bits.has(entry)) return;
    this.bits.add(entry);
    this.#count++;
  }
}

/** @param T the index: sorted or grouped entries */
export class Index<T extends { readonly length: number }> {
  readonly #steps: () => Generator<undefined, T>;
  #current: { readonly index: T; readonly touched: Touched } | undefined;
  /** The making of the next index. All callers share the steps. */
  #making: { readonly steps: Generator<undefined, T>; readonly touched: Touched } | undefined;

  /**
   * @param steps makes an index of all entries. Yields now and then, and entries may change then
   */
  constructor(steps: () => Generator<undefined, T>) {
    this.#steps = steps;
  }

  /** The index, and the entries that the reader has to look at one by one. */
  get current(): { readonly index: T; readonly touched: Touched } | undefined {
    return this.#current;
  }

  /** Whether the index exists, and few entries are touched. */
  get isFresh(): boolean {
    if (this.#current === undefined) return false;
    const { index, touched } = this.#current;
    return touched.count <= Math.max(FEW, SHARE * index.length);
  }

  /** The value of an entry has changed. */
  touch(entry: number): void {
    this.#current?.touched.add(entry);
    this.#making?.touched.add(entry);
  }

  /** Makes the index unless it is fresh. Yields now and then. */
  *prepare(): Generator<undefined, void> {
    while (!this.isFresh) {
      this.#making ??= { steps: this.#steps(), touched: new Touched() };
      const { steps, touched } = this.#making;
      const { done, value } = steps.next();
      if (done) {
        this.#current = { index: value, touched };
        this.#making = undefined;
      } else yield;
    }
  }
}
