// The words in a checkpoint. As columns, words are optional: a checkpoint without room leaves the
// words out. Segments never change, so a checkpoint writes only new segments, and the head. A
// database without text search keeps the stored segments, and writes a head without changed rows.

import { hasCode } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Collection } from '../../collection/collection.js';
import type { SlotChunk } from '../../collection/slot-store.js';
import { isWhole } from '../../format/chunk.js';
import { WORDS_HEAD, wordsKey } from '../../format/contents.js';
import { isKnown } from '../../format/words/kept.js';
import type { StoredWords } from '../../format/words/listed.js';
import type { CheckpointContext } from './context.js';
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

/**
 * Reads the stored head of words that the database only keeps. Undefined if there are none, or if
 * the head cannot be read: the checkpoint then leaves the words out.
 */
export async function readKeptHead(
  { words }: Collection,
  { storage, stored }: CheckpointContext,
): Promise<Uint8Array | undefined> {
  const ref = words.kept && stored.copyOf(WORDS_HEAD)?.ref;
  if (ref === undefined) return undefined;
  const bytes = await storage.read('chunks', ref.name);
  return isWhole(ref, bytes) && isKnown(bytes) ? bytes : undefined;
}

/** The parts of segments that are not stored yet. */
export function neededWordChunks({ words }: Collection, stored: StoredChunks): SlotChunk[] {
  return words.storable?.chunks().filter((chunk) => chunk.isDirty(stored.copyOf(chunk.key))) ?? [];
}

/**
 * The words, to be taken at rest after the copies. Undefined if a segment has appeared since.
 *
 * @param copied the keys of the chunks copied at rest
 * @param keptHead the stored head of words that the database only keeps
 */
export function* wordsAtRest(
  { words }: Collection,
  stored: StoredChunks,
  copied: ReadonlySet<string>,
  keptHead: Uint8Array | undefined,
): Generator<undefined, WordsAtRest | undefined> {
  const { storable } = words;
  const listed = storable ?? (keptHead && words.kept);
  if (listed === undefined) return undefined;
  const isThere = (key: string): boolean => copied.has(key) || stored.copyOf(key) !== undefined;
  const segments = listed.segments.map(({ number, parts }) => ({
    number,
    keys: (parts as readonly unknown[]).map((_, part) => wordsKey(number, part)),
  }));
  if (!segments.every(({ keys }) => keys.every(isThere))) return undefined;
  // Without a step in between, since segments that are not only kept may merge.
  const head = storable?.head() ?? (yield* words.keptHead(keptHead as Uint8Array));
  return { rules: listed.rules, fields: listed.fields, head, segments };
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
