// The words as a checkpoint stores the words: the parts of segments, and the head. Rows that are in
// no segment yet are not stored. A reader reads their words from the metadata.

import { Bits } from '../../base/bits.js';
import type { TextField } from '../../base/options.js';
import type { Texts } from '../../engine/texts.js';
import { wordsKey } from '../../format/contents.js';
import { encodeWordsHead } from '../../format/words/head.js';
import type { StoredField, StoredWords } from '../../format/words/listed.js';
import { rulesOfTokens } from '../../text/rules.js';
import { inOneStep, type SlotChunk, type Slots } from '../slot-store.js';

export class StorableWords {
  readonly rules = rulesOfTokens();
  readonly fields: readonly StoredField[];
  readonly #texts: Texts;
  readonly #slots: Slots;
  readonly #isMissing: (slot: number) => boolean;

  /** @param isMissing whether the words of a row have not been read */
  constructor(texts: Texts, fields: readonly TextField[], slots: Slots, isMissing: (slot: number) => boolean) {
    this.fields = storedFields(fields);
    this.#texts = texts;
    this.#slots = slots;
    this.#isMissing = isMissing;
  }

  get segments(): { readonly number: number; readonly parts: number }[] {
    return this.#texts.segments().map((number) => ({ number, parts: this.#texts.parts(number) }));
  }

  chunks(): SlotChunk[] {
    const texts = this.#texts;
    const parts = this.segments.flatMap(({ number, parts }) =>
      Array.from({ length: parts }, (_, part) => ({ number, part })),
    );
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

  /** The bytes of the head, for the present segments. */
  head(): Uint8Array {
    const known = Bits.withRoom(this.#slots.count);
    for (let slot = 0; slot < this.#slots.count; slot++) {
      if (this.#slots.has(slot) && !this.#isMissing(slot)) known.add(slot);
    }
    for (const slot of this.#texts.unstored()) known.delete(slot);
    return encodeWordsHead({ known: known.words, segments: this.#texts.copyHead() });
  }
}

/** Whether the stored words are the words of these fields, cut by the rules of this browser. */
export function fits({ rules, fields }: StoredWords, wanted: readonly TextField[]): boolean {
  return rules === rulesOfTokens() && JSON.stringify(fields) === JSON.stringify(storedFields(wanted));
}

/** In an order of their own, since the order of the fields makes no difference. */
function storedFields(fields: readonly TextField[]): StoredField[] {
  const stored = fields.map(({ path, weight }) => ({ path: [...path], weight }));
  return stored.sort((a, b) => (JSON.stringify(a.path) < JSON.stringify(b.path) ? -1 : 1));
}
