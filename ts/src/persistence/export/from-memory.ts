// A snapshot of a database in memory. All chunks are copied at rest, and given out one by one
// afterwards.

import type { Slices } from '../../base/time-slices.js';
import type { Collection } from '../../collection/collection.js';
import { type ChunkRef, refOf } from '../../format/chunk.js';
import type { Content } from '../../format/contents.js';
import { numbered } from '../../format/export-file.js';
import { refsIn, type StoredOptions } from '../../format/manifest.js';
import { chunksOf, contentsOf, manifestOf } from '../checkpoint/contents.js';
import type { AtRest } from '../checkpoint/copies.js';
import type { Snapshot } from './snapshot.js';

const HEADER_KEY = 'header';

/**
 * Copies all chunks at rest. Writes wait for the copy, and searches go on. Undefined if rows are
 * still being read from storage.
 */
export async function copiedSnapshot(
  current: () => Collection,
  options: StoredOptions,
  atRest: AtRest,
  slices: Slices,
): Promise<Snapshot | undefined> {
  const copies = new Map<string, Uint8Array>();
  const found: { contents?: readonly Content[]; nextId?: number } = {};
  await atRest(copyAll(current, copies, found));
  if (found.contents === undefined) return undefined;
  const refs = new Map<string, ChunkRef>();
  const keys = copies.keys();
  // Checksums take longer than copies, so the checksums are made after the rest.
  await slices.run(() => {
    const { done, value: key } = keys.next();
    if (done) return true;
    refs.set(key, refOf(key, copies.get(key) as Uint8Array));
    return false;
  });
  const ref = (key: string): ChunkRef => refs.get(key) as ChunkRef;
  const { contents, nextId } = found as Required<typeof found>;
  const manifest = manifestOf(options, nextId, ref(HEADER_KEY), contents, ref);
  const order = refsIn(manifest).values();
  return {
    manifest: numbered(manifest),
    async nextChunk() {
      const { value: next } = order.next();
      if (next === undefined) return undefined;
      const bytes = copies.get(next.name);
      copies.delete(next.name);
      return bytes;
    },
    end: () => copies.clear(),
  };
}

function* copyAll(
  current: () => Collection,
  copies: Map<string, Uint8Array>,
  found: { contents?: readonly Content[]; nextId?: number },
): Generator<undefined, void> {
  const collection = current();
  if (!collection.engine.isWhole()) return;
  yield* collection.measure();
  for (const chunk of chunksOf(collection)) {
    const bytes = yield* chunk.copy();
    if (bytes !== undefined) copies.set(chunk.key, bytes);
    yield;
  }
  copies.set(HEADER_KEY, collection.engine.copyHeader());
  found.contents = contentsOf(collection);
  found.nextId = collection.nextId;
}
