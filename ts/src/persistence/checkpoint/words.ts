// The words in a checkpoint. As columns, words are optional: a checkpoint without room leaves the
// words out. Segments never change, so a checkpoint writes only new segments, and the head.

import { hasCode } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Collection } from '../../collection/collection.js';
import type { SlotChunk } from '../../collection/slot-store.js';
import { WORDS_HEAD, wordsKey } from '../../format/contents.js';
import type { StoredWords } from '../../format/words/listed.js';
import type { StoredChunks } from './stored-chunks.js';

/** The words at rest: what the manifest lists, with the keys of chunks in place of references. */
export interface WordsAtRest extends Pick<StoredWords, 'rules' | 'fields'> {
  /** The bytes of the head. */
  readonly head: Uint8Array;
  readonly segments: readonly { readonly number: number; readonly keys: readonly string[] }[];
}

/** Reads the words that the checkpoint could not store otherwise. */
export async function bringWords({ words }: Collection, slices: Slices, check: () => void): Promise<void> {
  try {
    await words.bring(slices, check);
  } catch (error) {
    // The text search that needs the words tells.
    if (!hasCode(error, 'OUT_OF_MEMORY')) throw error;
  }
}

/** The parts of segments that are not stored yet. */
export function neededWordChunks({ words }: Collection, stored: StoredChunks): SlotChunk[] {
  return words.storable?.chunks().filter((chunk) => chunk.isDirty(stored.copyOf(chunk.key))) ?? [];
}

/**
 * The words, to be called at rest after the copies. Undefined if a segment has appeared since.
 *
 * @param copied the keys of the chunks copied at rest
 */
export function wordsAtRest(
  { words }: Collection,
  stored: StoredChunks,
  copied: ReadonlySet<string>,
): WordsAtRest | undefined {
  const { storable } = words;
  if (storable === undefined) return undefined;
  const segments = storable.segments.map(({ number, parts }) => ({
    number,
    keys: Array.from({ length: parts }, (_, part) => wordsKey(number, part)),
  }));
  const isThere = (key: string): boolean => copied.has(key) || stored.copyOf(key) !== undefined;
  if (!segments.every(({ keys }) => keys.every(isThere))) return undefined;
  return { rules: storable.rules, fields: storable.fields, head: storable.head(), segments };
}

/** The words for the manifest, once all copies are stored. */
export function listedWords({ rules, fields, segments }: WordsAtRest, stored: StoredChunks): StoredWords | undefined {
  const head = stored.copyOf(WORDS_HEAD);
  if (head === undefined) return undefined;
  const listed = segments.map(({ number, keys }) => ({
    number,
    parts: keys.flatMap((key) => stored.copyOf(key)?.ref ?? []),
  }));
  const isWhole = listed.every(({ parts }, i) => parts.length === segments[i]?.keys.length);
  return isWhole ? { rules, fields, head: head.ref, segments: listed } : undefined;
}
