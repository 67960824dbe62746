// The words or the sparse vectors of rows in the engine, and the searches for them. Words cross as
// lines of UTF-8. Of a sparse vector, the indices cross before the values.
//
// Memory growth detaches every view, so each call makes a new view, and copies out of the view.

import type { SparseVector } from '../base/types.js';
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

  /**
   * Sets the sparse vector of a row.
   *
   * @throws `OUT_OF_MEMORY`. The row then has no sparse vector
   */
  addSparse(slot: number, order: number, vector: SparseVector): void {
    this.#guard.run(() => {
      const status = this.#raw.addSparse(slot, order, this.#writeSparse(vector));
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
    return this.#guard.run(() => countOf(this.#raw.merge(postings)) > 0);
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
      if (allow !== undefined) this.#allow(allow);
      return this.#hits(this.#raw.search(bytes, k, allow !== undefined));
    });
  }

  /**
   * The `k` rows with the highest dot product with a sparse vector. `allow` is as for `search`.
   *
   * @throws `OUT_OF_MEMORY`
   */
  searchSparse(vector: SparseVector, k: number, allow?: Uint32Array): TextHits {
    return this.#guard.run(() => {
      const pairs = this.#writeSparse(vector);
      if (allow !== undefined) this.#allow(allow);
      return this.#hits(this.#raw.searchSparse(pairs, k, allow !== undefined));
    });
  }

  /** The words that took part in the last search. */
  words(): string[] {
    return this.#guard.run(() => {
      const bytes = this.#raw.layOutWords();
      return this.#decoder.decode(this.#laidOut(bytes)).split('\n').slice(0, -1);
    });
  }

  /** As `merge`, until no segment has the words of a removed row. */
  purge(postings: number): boolean {
    return this.#guard.run(() => countOf(this.#raw.purge(postings)) > 0);
  }

  /** The numbers of the segments. A number stands for the same lists for good. */
  segments(): number[] {
    return this.#guard.run(() => Array.from({ length: this.#raw.segments() }, (_, i) => this.#raw.segment(i)));
  }

  /** The number of parts of a segment. 0 if there is no such segment any more. */
  parts(segment: number): number {
    return this.#guard.run(() => this.#raw.parts(segment));
  }

  /** The bytes of a part. No bytes if there is no such segment any more. @throws `OUT_OF_MEMORY` */
  copyPart(segment: number, part: number): Uint8Array {
    return this.#guard.run(() => this.#laidOut(countOf(this.#raw.layOutPart(segment, part))));
  }

  /** The bytes of the head: the removed rows of all segments. @throws `OUT_OF_MEMORY` */
  copyHead(): Uint8Array {
    return this.#guard.run(() => this.#laidOut(countOf(this.#raw.layOutHead())));
  }

  /** The slots of the rows that are in no segment yet. @throws `OUT_OF_MEMORY` */
  unstored(): Uint32Array {
    return this.#guard.run(() => {
      const slots = countOf(this.#raw.layOutUnstored());
      return new Uint32Array(this.#memory.buffer, this.#raw.hitSlots(), slots).slice();
    });
  }

  /** Takes the head of stored segments. @throws `OUT_OF_MEMORY` */
  readHead(head: Uint8Array): void {
    this.#guard.run(() => countOf(-this.#raw.readHead(this.#stage(head))));
  }

  /**
   * Begins to read a stored segment of the head, by its first part.
   *
   * @throws `DAMAGED`, `OUT_OF_MEMORY`
   */
  restore(segment: number, rows: Uint8Array): void {
    this.#guard.run(() => countOf(-this.#raw.restore(segment, this.#stage(rows))));
  }

  /** Takes in a further part of the segment. @throws `DAMAGED`, `OUT_OF_MEMORY` */
  restoreLists(part: Uint8Array): void {
    this.#guard.run(() => countOf(-this.#raw.restoreLists(this.#stage(part))));
  }

  /**
   * Reads about so many postings of the segment. Returns whether postings are left. At the end the
   * segment has the rows that `allow` allows, as for `search`.
   *
   * @throws `DAMAGED`, `OUT_OF_MEMORY`
   */
  restoreStep(postings: number, allow: Uint32Array): boolean {
    return this.#guard.run(() => {
      this.#allow(allow);
      return countOf(this.#raw.restoreStep(postings)) > 0;
    });
  }

  /** Bytes of memory. */
  memory(): number {
    return this.#guard.run(() => this.#raw.memory());
  }

  /** The hits of the last search. @throws the fault if `found` is a negated status */
  #hits(found: number): TextHits {
    const count = countOf(found);
    const slots = Array.from(new Uint32Array(this.#memory.buffer, this.#raw.hitSlots(), count));
    const scores = Array.from(new Float64Array(this.#memory.buffer, this.#raw.hitScores(), count));
    return { slots, scores };
  }

  /** A copy of the bytes laid out last. */
  #laidOut(bytes: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, this.#raw.laidOut(), bytes).slice();
  }

  /** Writes the words of a filter. @throws `OUT_OF_MEMORY` */
  #allow(allow: Uint32Array): void {
    const ptr = this.#raw.allow(allow.length);
    if (ptr === 0) throw outOfMemory();
    new Uint32Array(this.#memory.buffer, ptr, allow.length).set(allow);
  }

  /** Writes bytes to the staged bytes. Returns their number. @throws `OUT_OF_MEMORY` */
  #stage(bytes: Uint8Array): number {
    const ptr = this.#raw.stage(bytes.length);
    if (ptr === 0) throw outOfMemory();
    new Uint8Array(this.#memory.buffer, ptr, bytes.length).set(bytes);
    return bytes.length;
  }

  /** Writes a sparse vector to the staged bytes. Returns its pairs. @throws `OUT_OF_MEMORY` */
  #writeSparse({ indices, values }: SparseVector): number {
    const bytes = new Uint8Array(indices.byteLength + values.byteLength);
    new Uint32Array(bytes.buffer, 0, indices.length).set(indices);
    new Float32Array(bytes.buffer, indices.byteLength).set(values);
    this.#stage(bytes);
    return indices.length;
  }

  /** Writes lines to the staged bytes. Returns their number. @throws `OUT_OF_MEMORY` */
  #write(lines: string): number {
    const room = lines.length * BYTES_PER_UNIT;
    const ptr = this.#raw.stage(room);
    if (ptr === 0) throw outOfMemory();
    return this.#encoder.encodeInto(lines, new Uint8Array(this.#memory.buffer, ptr, room)).written;
  }
}

/** The count that a call has returned. @throws the fault if the count is a negated status */
function countOf(count: number): number {
  if (count < 0) throw faultOf(-count);
  return count;
}

/** The line that gives the words behind it a weight, from 1 to 64. */
export function weightLine(weight: number): string {
  return `\t${String.fromCharCode(0x20 + weight)}\n`;
}
