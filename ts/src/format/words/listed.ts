// The stored words in a manifest. As columns, words can be made again from the metadata, so a
// reader passes over words that a newer version has listed in another form.

import { type ChunkRef, chunkRef } from '../chunk.js';
import { integer, list, object, readIfKnown, type Shape, text } from '../fields.js';

/** A segment of the index of words. Its lists never change. */
export interface StoredSegment {
  readonly number: number;
  /** The rows, and then the lists. */
  readonly parts: readonly ChunkRef[];
}

/** A field with words. */
export interface StoredField {
  readonly path: readonly string[];
  readonly weight: number;
}

export interface StoredWords {
  /** The rules by which the texts were cut into words. */
  readonly rules: string;
  readonly fields: readonly StoredField[];
  /** Which rows of the segments are valid. */
  readonly head: ChunkRef;
  readonly segments: readonly StoredSegment[];
}

const words: Shape<StoredWords> = object<StoredWords>({
  rules: text,
  fields: list(object<StoredField>({ path: list(text), weight: integer(1) })),
  head: chunkRef,
  segments: list(object<StoredSegment>({ number: integer(0, 0xffff_fff0), parts: list(chunkRef) })),
});

export const storedWords: Shape<StoredWords | undefined> = {
  read: (value) => readIfKnown(words, value),
  write: (value) => value && words.write(value),
};
