// A set of slots: a bit for each slot. Slot s is bit s & 31 of word s >>> 5. The words are in
// little-endian order, so the same bytes are the 64-bit words of the engine.

/** Words of an empty set. The number of words is even, so that the set is whole 64-bit words. */
const FIRST_WORDS = 2;
const WORD_BYTES = 4;

/** A set of slots that the reader must not change. */
export interface ReadonlyBits extends Iterable<number> {
  /**
   * The words up to the last word in use, or more words. Absent words are 0. The view is valid
   * until the set changes.
   */
  readonly words: Uint32Array;
  has(slot: number): boolean;
  /** The number of slots in the set. */
  count(): number;
  isEmpty(): boolean;
  /** Calls `visit` with each slot, in ascending order. Faster than iterating. */
  forEach(visit: (slot: number) => void): void;
  /** Another set with the same slots. */
  copy(): Bits;
  /** Memory in bytes. */
  bytes(): number;
}

export class Bits implements ReadonlyBits {
  #words: Uint32Array;

  constructor(words: Uint32Array = new Uint32Array(FIRST_WORDS)) {
    this.#words = words;
  }

  static of(slots: Iterable<number>): Bits {
    const bits = new Bits();
    for (const slot of slots) bits.add(slot);
    return bits;
  }

  /** An empty set with room for the slots below `limit`. */
  static withRoom(limit: number): Bits {
    return new Bits(new Uint32Array(wordsFor(limit)));
  }

  get words(): Uint32Array {
    return this.#words;
  }

  has(slot: number): boolean {
    return (((this.#words[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1;
  }

  add(slot: number): void {
    const word = slot >>> 5;
    if (word >= this.#words.length) this.#grow(word + 1);
    this.#words[word] = (this.#words[word] as number) | (1 << (slot & 31));
  }

  delete(slot: number): void {
    const word = slot >>> 5;
    if (word < this.#words.length) this.#words[word] = (this.#words[word] as number) & ~(1 << (slot & 31));
  }

  /** Adds the slots of a part of a list. */
  addAll(slots: Uint32Array, from = 0, to = slots.length): void {
    for (let next = addTo(this.#words, slots, from, to); next < to; next = addTo(this.#words, slots, next, to)) {
      this.#grow(((slots[next] as number) >>> 5) + 1);
    }
  }

  /** Adds the slots of a part of a list that are not in the set, and removes the others. */
  toggleAll(slots: Uint32Array, from = 0, to = slots.length): void {
    const toggle = (next: number): number => toggleIn(this.#words, slots, next, to);
    for (let next = toggle(from); next < to; next = toggle(next)) this.#grow(((slots[next] as number) >>> 5) + 1);
  }

  /** Adds the slot, or removes the slot. */
  set(slot: number, isIn: boolean): void {
    if (isIn) this.add(slot);
    else this.delete(slot);
  }

  clear(): void {
    this.#words.fill(0);
  }

  /** Keeps the slots that are in `other` too. Returns this set. */
  and(other: ReadonlyBits): this {
    const words = this.#words;
    const others = other.words;
    const shared = Math.min(words.length, others.length);
    for (let i = 0; i < shared; i++) words[i] = (words[i] as number) & (others[i] as number);
    words.fill(0, shared);
    return this;
  }

  /** Adds the slots of `other`. Returns this set. */
  or(other: ReadonlyBits): this {
    const others = other.words;
    if (others.length > this.#words.length) this.#grow(others.length);
    const words = this.#words;
    for (let i = 0; i < others.length; i++) words[i] = (words[i] as number) | (others[i] as number);
    return this;
  }

  /** Keeps the slots that are in exactly one of the set and `other`. Returns this set. */
  xor(other: ReadonlyBits): this {
    const others = other.words;
    if (others.length > this.#words.length) this.#grow(others.length);
    const words = this.#words;
    for (let i = 0; i < others.length; i++) words[i] = (words[i] as number) ^ (others[i] as number);
    return this;
  }

  /** Removes the slots of `other`. Returns this set. */
  andNot(other: ReadonlyBits): this {
    const words = this.#words;
    const others = other.words;
    const shared = Math.min(words.length, others.length);
    for (let i = 0; i < shared; i++) words[i] = (words[i] as number) & ~(others[i] as number);
    return this;
  }

  /**
   * Changes the set to the slots below `limit` that were not in the set. Slots from `limit` on
   * leave the set. Returns this set.
   */
  complement(limit: number): this {
    const used = limit >>> 5;
    if (wordsFor(limit) > this.#words.length) this.#grow(wordsFor(limit));
    const words = this.#words;
    for (let i = 0; i < used; i++) words[i] = ~(words[i] as number);
    if (used < words.length) {
      words[used] = ~(words[used] as number) & ((1 << (limit & 31)) - 1);
      words.fill(0, used + 1);
    }
    return this;
  }

  count(): number {
    let count = 0;
    for (const word of this.#words) if (word !== 0) count += popcount(word);
    return count;
  }

  isEmpty(): boolean {
    for (const word of this.#words) if (word !== 0) return false;
    return true;
  }

  forEach(visit: (slot: number) => void): void {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) {
      for (let left = words[i] as number; left !== 0; left &= left - 1) visit(32 * i + lowest(left));
    }
  }

  *[Symbol.iterator](): Generator<number> {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) {
      for (let left = words[i] as number; left !== 0; left &= left - 1) yield 32 * i + lowest(left);
    }
  }

  copy(): Bits {
    return new Bits(this.#words.slice());
  }

  bytes(): number {
    return WORD_BYTES * this.#words.length;
  }

  /** Doubles the room, so that a set that grows slot by slot is copied seldom. */
  #grow(words: number): void {
    const grown = new Uint32Array(evenly(Math.max(words, 2 * this.#words.length)));
    grown.set(this.#words);
    this.#words = grown;
  }
}

/** Adds slots as long as the words have room. @returns the place of the first slot without room */
function addTo(words: Uint32Array, slots: Uint32Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const slot = slots[i] as number;
    const word = slot >>> 5;
    if (word >= words.length) return i;
    words[word] = (words[word] as number) | (1 << (slot & 31));
  }
  return to;
}

/** As `addTo`, and slots in the set leave the set. */
function toggleIn(words: Uint32Array, slots: Uint32Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const slot = slots[i] as number;
    const word = slot >>> 5;
    if (word >= words.length) return i;
    words[word] = (words[word] as number) ^ (1 << (slot & 31));
  }
  return to;
}

const evenly = (words: number): number => words + (words & 1);

const wordsFor = (limit: number): number => evenly(Math.max(FIRST_WORDS, Math.ceil(limit / 32)));

/** The number of bits in a word. The sums of bits grow from pairs to nibbles to bytes. */
function popcount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The place of the lowest bit of a word. */
const lowest = (word: number): number => 31 - Math.clz32(word & -word);
