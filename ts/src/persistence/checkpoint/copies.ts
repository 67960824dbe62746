// Copies the chunks that a checkpoint writes: in passes while the database changes, and once at
// rest.

import type { Path } from '../../base/clause.js';
import { closed } from '../../base/errors.js';
import type { Collection } from '../../collection/collection.js';
import type { SlotChunk } from '../../collection/slot-store.js';
import { type Content, WORDS_HEAD } from '../../format/contents.js';
import type { Head } from '../../format/head.js';
import type { Log } from '../log/log.js';
import { type ColumnAtRest, columnsAtRest } from './columns.js';
import { chunksOf, contentsOf } from './contents.js';
import { isAsGood, isOfGraph } from './lean.js';
import type { StoredChunks } from './stored-chunks.js';
import type { WordsAtRest } from './words.js';

/** Takes steps at rest: no write comes in, no change takes effect, and no row is linked. */
export type AtRest = (steps: Generator<undefined, void>) => Promise<void>;

/** The copy of a chunk, and the time of the copy. */
export interface Copy {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly time: number;
}

/** The state of the database at rest. */
export interface Rest {
  readonly header: Uint8Array;
  readonly nextId: number;
  /** The head of the log that the database has applied. */
  readonly head: Head;
  readonly contents: readonly Content[];
  readonly columns: readonly ColumnAtRest[];
  /** Undefined if the words are not stored. */
  readonly words: WordsAtRest | undefined;
  /** Bytes of the graph's chunks, by key. */
  readonly graph: ReadonlyMap<string, number>;
}

/**
 * Returns a function that throws `CLOSED` if another collection has replaced this collection. Call
 * the function before every use of the collection, since a replaced collection has no engine.
 */
export function whileCurrent(current: () => Collection, collection: Collection): () => void {
  return () => {
    if (current() !== collection) throw closed();
  };
}

/**
 * The chunks that differ from their stored copies. A lean checkpoint leaves out the graph, and
 * chunks of rows whose stored copies can stand in. The collection must be measured.
 */
export function neededChunks(collection: Collection, stored: StoredChunks, isLean: boolean): SlotChunk[] {
  const chunks = [...chunksOf(collection)].filter((chunk) => chunk.isDirty(stored.copyOf(chunk.key)));
  if (!isLean) return chunks;
  return chunks.filter(
    (chunk) => !isOfGraph(chunk.key) && !isAsGood(chunk, stored.ofCheckpoint(chunk.key), collection),
  );
}

/** As `neededChunks`. The first steps measure the collection. */
export function* measuredChunks(
  collection: Collection,
  stored: StoredChunks,
  isLean: boolean,
): Generator<undefined, SlotChunk[]> {
  yield* collection.measure();
  return neededChunks(collection, stored, isLean);
}

/** The sum of the bytes of some chunks. */
export function needOf(chunks: readonly SlotChunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.bytes(), 0);
}

/** Copies of chunks, in steps. Gives undefined after a step that does not complete a copy. */
export function* copied(chunks: readonly SlotChunk[], collection: Collection): Generator<Copy | undefined, undefined> {
  for (const chunk of chunks) {
    const time = collection.mark();
    const bytes = yield* chunk.copy();
    if (bytes === undefined) continue;
    chunk.setClean();
    yield { key: chunk.key, bytes, time };
  }
}

/**
 * All copies of some chunks, in steps.
 *
 * @param copies receives each copy, also if a later step fails
 */
export function* copyEach(
  chunks: readonly SlotChunk[],
  collection: Collection,
  copies: Copy[] = [],
): Generator<undefined, Copy[]> {
  for (const copy of copied(chunks, collection)) {
    if (copy !== undefined) copies.push(copy);
    yield;
  }
  return copies;
}

/**
 * Copies the state of the database at rest.
 *
 * @param needed gives the chunks to be copied, in steps
 * @param copies receives each copy, also if a later step fails
 * @param fields the fields whose columns are stored
 * @param wordsOf gives the words at rest, if words are stored, by the keys of all copies
 * @returns undefined if the collection was replaced
 */
export async function copyAtRest(
  current: () => Collection,
  collection: Collection,
  atRest: AtRest,
  log: Log,
  needed: () => Generator<undefined, SlotChunk[]>,
  copies: Copy[],
  stored: StoredChunks,
  fields: readonly Path[],
  wordsOf: ((copied: ReadonlySet<string>) => Generator<undefined, WordsAtRest | undefined>) | undefined,
): Promise<Rest | undefined> {
  let rest: Rest | undefined;
  await atRest(
    (function* (): Generator<undefined, void> {
      if (current() !== collection) return;
      yield* copyEach(yield* needed(), collection, copies);
      const graph = new Map<string, number>();
      for (const chunk of chunksOf(collection)) if (isOfGraph(chunk.key)) graph.set(chunk.key, chunk.bytes());
      const isCopied = new Set(copies.map(({ key }) => key));
      const words = wordsOf && (yield* wordsOf(isCopied));
      // The head changes with every row, and is copied only here.
      if (words !== undefined) copies.push({ key: WORDS_HEAD, bytes: words.head, time: collection.mark() });
      rest = {
        header: collection.engine.copyHeader(),
        nextId: collection.nextId,
        head: log.head,
        contents: contentsOf(collection),
        columns: columnsAtRest(collection, fields, stored, isCopied),
        words,
        graph,
      };
    })(),
  );
  return rest;
}
