// The words as a checkpoint stores the words: the parts of segments, and the head. Rows that are in
// no segment yet are not stored. A reader reads their words from the metadata.

import { Bits, type ReadonlyBits } from '../../base/bits.js';
import type { TextField } from '../../base/options.js';
import type { Texts } from '../../engine/texts.js';
import { wordsKey } from '../../format/contents.js';
import { encodeWordsHead } from '../../format/words/head.js';
import type { StoredField } from '../../format/words/listed.js';
import { inOneStep, type SlotChunk, type Slots } from '../slot-store.js';

export class StorableWords {
  /** The rules by which the texts were cut into words. */
  readonly rules: string;
  readonly fields: readonly StoredField[];
  readonly #texts: Texts;
  readonly #slots: Slots;
  readonly #waiting: ReadonlyBits;
  readonly #unread: Iterable<number>;

  /**
   * @param waiting the slots whose words have not been read
   * @param unread the slots whose metadata cannot be read or cut into words
   */
  constructor(
    texts: Texts,
    rules: string,
    fields: readonly TextField[],
    slots: Slots,
    waiting: ReadonlyBits,
    unread: Iterable<number>,
  ) {
    this.rules = rules;
    this.fields = storedFields(fields);
    this.#texts = texts;
    this.#slots = slots;
    this.#waiting = waiting;
    this.#unread = unread;
  }

  /** The segments, and the numbers of their parts. */
  get segments(): { readonly number: number; readonly parts: readonly number[] }[] {
    return this.#texts.segments().map((number) => ({ number, parts: [...Array(this.#texts.parts(number)).keys()] }));
  }

  chunks(): SlotChunk[] {
    const texts = this.#texts;
    const parts = this.segments.flatMap(({ number, parts }) => parts.map((part) => ({ number, part })));
    // Stored lists take less than the lists in memory.
    const bytes = Math.ceil(texts.memory() / Math.max(1, parts.length));
    return parts.map(({ number, part }) => ({
      key: wordsKey(number, part),
      bytes: () => bytes,
      isDirty: (stored) => stored === undefined,
      copy: () =>
        inOneStep(() => {
          const copied = texts.copyPart(number, part);
          return copied.length === 0 ? undefined : copied;
        }),
      setClean: () => {},
    }));
  }

  /** The bytes of the head, for the present segments. Slots without a row count as known. */
  head(): Uint8Array {
    // Whole words of bits: to look at each slot would take long, and writes wait meanwhile.
    const known = new Bits().complement(this.#slots.count).andNot(this.#waiting);
    for (const slot of this.#unread) known.delete(slot);
    for (const slot of this.#texts.unstored()) known.delete(slot);
    return encodeWordsHead({ known: known.words, segments: this.#texts.copyHead() });
  }
}

/** In an order of their own, since the order of the fields makes no difference. */
export function storedFields(fields: readonly TextField[]): StoredField[] {
  const stored = fields.map(({ path, weight }) => ({ path: [...path], weight }));
  return stored.sort((a, b) => (JSON.stringify(a.path) < JSON.stringify(b.path) ? -1 : 1));
}
