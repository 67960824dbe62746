// Searches of one thread: the query, the scratch memory and the hits of the last search, behind
// typed-array views. An index can have a searcher for each thread. A search reads the index and
// changes only its searcher.
//
// Memory growth detaches every view, and the engine moves its buffers as the buffers grow. So each
// use checks the view against the memory's buffer and the pointer, and makes a new view if either
// has changed. Nothing is allocated per search. A view handed out is valid until the next call:
// callers copy.

import { type RawEngine, type RawSearcher, STATUS, STRATEGIES } from './bindings.js';
import { faultOf } from './faults.js';
import type { Guard } from './guard.js';

/** The way of a search. */
export type Strategy = (typeof STRATEGIES)[number];

export class Searcher {
  readonly #index: RawEngine;
  readonly #raw: RawSearcher;
  readonly #memory: WebAssembly.Memory;
  readonly #dimensions: number;
  readonly #guard: Guard;
  #query: Float32Array | undefined;
  #allow: Uint32Array | undefined;
  #hitSlots: Uint32Array | undefined;
  #hitDistances: Float32Array | undefined;

  constructor(index: RawEngine, raw: RawSearcher, memory: WebAssembly.Memory, dimensions: number, guard: Guard) {
    this.#index = index;
    this.#raw = raw;
    this.#memory = memory;
    this.#dimensions = dimensions;
    this.#guard = guard;
  }

  /**
   * Searches; returns how many hits `hitSlots` and `hitDistances` now hold, nearest first.
   * Undefined if the search needs rows that are still to come: the chunks in `needed`.
   *
   * With `allow`, searches only among the rows of these slots: bit `s & 31` of word `s >>> 5`
   * allows slot `s`. Slots beyond the last word are not allowed. Bits of slots without a row are
   * ignored.
   *
   * @throws `NOT_FINITE`, `ZERO_VECTOR`, `VECTOR_TOO_LARGE`, `OUT_OF_MEMORY`, `ENGINE_CRASHED`
   */
  search(query: Float32Array, k: number, ef: number, mode: number, allow?: Uint32Array): number | undefined {
    this.#guard.assertAlive();
    try {
      const raw = this.#raw;
      const ptr = raw.query();
      if (!fits(this.#query, this.#memory.buffer, ptr, this.#dimensions)) {
        this.#query = new Float32Array(this.#memory.buffer, ptr, this.#dimensions);
      }
      this.#query.set(query);
      if (allow !== undefined) this.#writeAllow(allow, query);
      const found =
        allow === undefined ? raw.search(this.#index, k, ef, mode) : raw.searchAllowed(this.#index, k, ef, mode);
      if (found === -STATUS.partial) return undefined;
      if (found < 0) throw faultOf(-found, query);
      return found;
    } catch (error) {
      throw this.#guard.failed(error);
    }
  }

  #writeAllow(allow: Uint32Array, query: Float32Array): void {
    const ptr = this.#raw.allow(allow.length);
    if (ptr === 0) throw faultOf(STATUS.outOfMemory, query);
    if (!fits(this.#allow, this.#memory.buffer, ptr, allow.length)) {
      this.#allow = new Uint32Array(this.#memory.buffer, ptr, allow.length);
    }
    this.#allow.set(allow);
  }

  /** How the last search found its hits. */
  strategy(): Strategy {
    return this.#guard.run(() => STRATEGIES[this.#raw.strategy()] ?? 'scan');
  }

  /** The chunks of rows that the last search needs; none: all chunks. */
  needed(): number[] {
    return this.#guard.run(() => {
      const count = this.#raw.neededCount();
      return Array.from(new Uint32Array(this.#memory.buffer, this.#raw.needed(), count));
    });
  }

  /** Distance evaluations made by all searches so far. */
  distances(): number {
    return this.#guard.run(() => this.#raw.distances());
  }

  /** The slots of the first `found` hits of the last search. */
  hitSlots(found: number): Uint32Array {
    const ptr = this.#raw.hitSlots();
    if (!fits(this.#hitSlots, this.#memory.buffer, ptr, found)) {
      this.#hitSlots = new Uint32Array(this.#memory.buffer, ptr, found);
    }
    return this.#hitSlots;
  }

  /** The distances of the first `found` hits of the last search. */
  hitDistances(found: number): Float32Array {
    const ptr = this.#raw.hitDistances();
    if (!fits(this.#hitDistances, this.#memory.buffer, ptr, found)) {
      this.#hitDistances = new Float32Array(this.#memory.buffer, ptr, found);
    }
    return this.#hitDistances;
  }
}

function fits<T extends Float32Array | Uint32Array>(
  view: T | undefined,
  buffer: ArrayBufferLike,
  ptr: number,
  length: number,
): view is T {
  return view !== undefined && view.buffer === buffer && view.byteOffset === ptr && view.length >= length;
}
