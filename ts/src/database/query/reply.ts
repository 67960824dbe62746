// Hits of the engine as a reply: slots become ids, metadata and vectors.

import type { HitsReply, RecordsReply } from '../../base/calls.js';
import type { Collection } from '../../collection/collection.js';

/** The hits of the engine's last search from `offset` on. `found`: how many hits there are. */
export function replyOf(collection: Collection, offset: number, found: number, withVectors: boolean): HitsReply {
  const { engine } = collection;
  const slots = Array.from(engine.searcher.hitSlots(found).subarray(offset, found));
  const distances = Array.from(engine.searcher.hitDistances(found).subarray(offset, found));
  return { ...contentOf(collection, slots, withVectors), distances };
}

/** What a collection knows of some slots. With vectors, the rows of the slots must be read. */
export function contentOf(collection: Collection, slots: readonly number[], withVectors: boolean): RecordsReply {
  const { engine } = collection;
  const content = {
    ids: slots.map((slot) => collection.idOf(slot)),
    metadata: slots.map((slot) => collection.metadataOf(slot)),
  };
  if (!withVectors) return content;
  const size = engine.dimensions;
  const vectors = new Float32Array(slots.length * size);
  slots.forEach((slot, i) => {
    engine.copyRow(slot, vectors, i * size);
  });
  return { ...content, vectors };
}
