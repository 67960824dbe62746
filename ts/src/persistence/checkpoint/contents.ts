// The chunks of all stores, as a checkpoint writes the chunks and a manifest lists the chunks. The
// chunks of columns and words are apart (columns.ts, words.ts).

import { LOADED } from '../../collection/changes.js';
import type { Collection } from '../../collection/collection.js';
import type { SlotChunk, StoredChunk } from '../../collection/slot-store.js';
import type { ChunkRef } from '../../format/chunk.js';
import { type Content, derivedChunksIn, listedIn, manifestWith } from '../../format/contents.js';
import type { Manifest, StoredOptions } from '../../format/manifest.js';
import { isLeftOut } from './left-out.js';

/** All chunks. The collection must be measured. */
export function* chunksOf({ stores }: Collection): Generator<SlotChunk> {
  for (const store of stores) yield* store.chunks();
}

/** The keys of all chunks. The collection must be measured. */
export function contentsOf({ stores }: Collection): Content[] {
  return stores.flatMap((store) => Array.from(store.chunks(), ({ key, slots }) => ({ store: store.name, key, slots })));
}

/**
 * The manifest of a database with these chunks.
 *
 * @param refOf the reference to the stored copy of a chunk, by the chunk's key
 * @param derived the stored columns and words
 */
export function manifestOf(
  options: StoredOptions,
  nextId: number,
  header: ChunkRef,
  contents: readonly Content[],
  refOf: (key: string) => ChunkRef,
  derived: Pick<Manifest, 'columns' | 'words'> = {},
): Manifest {
  const listed = contents.map((content) => ({ ...content, ref: refOf(content.key) }));
  return { ...manifestWith(options, nextId, header, listed), ...derived };
}

/** The chunks of a loaded manifest, by key, columns and words included. */
export function storedIn(manifest: Manifest): Map<string, StoredChunk> {
  const there = [...listedIn(manifest), ...derivedChunksIn(manifest)].filter(({ ref }) => !isLeftOut(ref));
  return new Map(there.map(({ key, ref }) => [key, { ref, time: LOADED }]));
}
