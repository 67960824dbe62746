// The sets of slots of clauses that were evaluated, until a write changes a field of the clause.

import type { ReadonlyBits } from '../../base/bits.js';

/** The memory for all sets and their keys. The sets used least recently leave first. */
const MOST_BYTES = 8 << 20;

interface Cached {
  readonly bits: ReadonlyBits;
  /** The time of the evaluation, by the counter of the columns. */
  readonly time: number;
  readonly bytes: number;
}

export class BitsCache {
  readonly #most: number;
  /** By the clauses' keys, the least recently used first. */
  readonly #sets = new Map<string, Cached>();
  #bytes = 0;

  constructor(most = MOST_BYTES) {
    this.#most = most;
  }

  /** @param changed when a value that the clause depends on last changed */
  get(key: string, changed: number): ReadonlyBits | undefined {
    const cached = this.#sets.get(key);
    if (cached === undefined) return undefined;
    this.#sets.delete(key);
    if (cached.time < changed) {
      this.#bytes -= cached.bytes;
      return undefined;
    }
    this.#sets.set(key, cached);
    return cached.bits;
  }

  /** @param bits a set that nobody changes any more */
  set(key: string, bits: ReadonlyBits, time: number): void {
    this.#delete(key);
    const bytes = bits.bytes() + 2 * key.length;
    if (bytes > this.#most) return;
    this.#sets.set(key, { bits, time, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#sets.keys()) {
      if (this.#bytes <= this.#most) break;
      this.#delete(oldest);
    }
  }

  bytes(): number {
    return this.#bytes;
  }

  #delete(key: string): void {
    const cached = this.#sets.get(key);
    if (cached === undefined) return;
    this.#sets.delete(key);
    this.#bytes -= cached.bytes;
  }
}
