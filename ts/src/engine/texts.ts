// The words of rows in the engine, and the searches for words. Words cross as lines of UTF-8.
//
// Memory growth detaches every view, so each call makes a new view, and copies out of the view.

import type { RawTexts } from './bindings.js';
import { faultOf, outOfMemory } from './faults.js';
import type { Guard } from './guard.js';

/** The most bytes of UTF-8 that a UTF-16 unit takes. */
const BYTES_PER_UNIT = 3;

/** The letter of a word of a query, without the bits for other words. */
const WORD = 0x40;

/** Which other words count for a word of a query. */
export interface WordSearch {
  readonly token: string;
  /** Words that begin with the word. */
  readonly prefix: boolean;
  /** Words that are an edit away. */
  readonly fuzzy: boolean;
}

/** The best rows, the best first. */
export interface TextHits {
  readonly slots: readonly number[];
  readonly scores: readonly number[];
}

export class Texts {
  readonly #raw: RawTexts;
  readonly #memory: WebAssembly.Memory;
  readonly #guard: Guard;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  constructor(raw: RawTexts, memory: WebAssembly.Memory, guard: Guard) {
    this.#raw = raw;
    this.#memory = memory;
    this.#guard = guard;
  }

  /**
   * Sets the words of a row.
   *
   * @param order the place of the row in the order of insertion
   * @param lines the words, a line for each. `weightLine` makes a line that weighs the next words
   * @throws `OUT_OF_MEMORY`. The row then has no words
   */
  add(slot: number, order: number, lines: string): void {
    this.#guard.run(() => {
      const status = this.#raw.add(slot, order, this.#write(lines));
      if (status !== 0) throw faultOf(status);
    });
  }

  /** Removes the words of a row. Returns false if the row had no words. */
  remove(slot: number): boolean {
    return this.#guard.run(() => this.#raw.remove(slot));
  }

  /**
   * A step of work on about so many postings. Returns whether work is left.
   *
   * @throws `OUT_OF_MEMORY`. Nothing is lost
   */
  merge(postings: number): boolean {
    return this.#guard.run(() => {
      const left = this.#raw.merge(postings);
      if (left < 0) throw faultOf(-left);
      return left > 0;
    });
  }

  /**
   * The best `k` rows for some words. With `allow`, only rows of these slots, as for `Searcher`.
   *
   * @throws `OUT_OF_MEMORY`
   */
  search(words: readonly WordSearch[], k: number, allow?: Uint32Array): TextHits {
    return this.#guard.run(() => {
      const lines = words.map(({ token, prefix, fuzzy }) => {
        return `${String.fromCharCode(WORD + (prefix ? 1 : 0) + (fuzzy ? 2 : 0))}${token}`;
      });
      const bytes = this.#write(lines.join('\n'));
      if (allow !== undefined) {
        const ptr = this.#raw.allow(allow.length);
        if (ptr === 0) throw outOfMemory();
        new Uint32Array(this.#memory.buffer, ptr, allow.length).set(allow);
      }
      const found = this.#raw.search(bytes, k, allow !== undefined);
      if (found < 0) throw faultOf(-found);
      const slots = Array.from(new Uint32Array(this.#memory.buffer, this.#raw.hitSlots(), found));
      const scores = Array.from(new Float64Array(this.#memory.buffer, this.#raw.hitScores(), found));
      return { slots, scores };
    });
  }

  /** The words that took part in the last search. */
  words(): string[] {
    return this.#guard.run(() => {
      const bytes = this.#raw.layOutWords();
      const words = new Uint8Array(this.#memory.buffer, this.#raw.words(), bytes).slice();
      return this.#decoder.decode(words).split('\n').slice(0, -1);
    });
  }

  /** Bytes of memory. */
  memory(): number {
    return this.#guard.run(() => this.#raw.memory());
  }

  /** Writes lines to the staged bytes. Returns their number. @throws `OUT_OF_MEMORY` */
  #write(lines: string): number {
    const room = lines.length * BYTES_PER_UNIT;
    const ptr = this.#raw.stage(room);
    if (ptr === 0) throw outOfMemory();
    return this.#encoder.encodeInto(lines, new Uint8Array(this.#memory.buffer, ptr, room)).written;
  }
}

/** The line that gives the words behind it a weight, from 1 to 64. */
export function weightLine(weight: number): string {
  return `\t${String.fromCharCode(0x20 + weight)}\n`;
}
