// Makes room in storage for a lean checkpoint, by changing the stored checkpoint: the graph is left
// out, and changed chunks of rows are replaced a few at a time. The entries of the log stay the
// same.

import type { Collection } from '../../collection/collection.js';
import type { SlotChunk, StoredChunk } from '../../collection/slot-store.js';
import { refOf } from '../../format/chunk.js';
import { decodeManifest, encodeManifest, type Manifest, refsIn } from '../../format/manifest.js';
import type { Put } from '../../storage/storage.js';
import { chunksOfAside } from '../log/aside.js';
import type { CheckpointContext } from './context.js';
import { copied, neededChunks, needOf, whileCurrent } from './copies.js';
import { isOfRows, withChunks, withoutGraph } from './lean.js';
import { isLeftOut } from './left-out.js';

/** How many bytes of rows a single commit replaces, before deleting the replaced chunks. */
const RENEWED_BYTES = 1 << 20;

/**
 * Replaces the stored checkpoint by the same checkpoint without its graph. The new manifest needs
 * little room.
 */
export async function leaveGraphOut(context: CheckpointContext, parts: ReadonlyMap<string, number>): Promise<void> {
  const stored = await changeable(context);
  const manifest = stored && withoutGraph(stored);
  if (manifest === undefined || !(await change(context, manifest, []))) return;
  await context.dead.tidy(parts);
}

/**
 * Writes changed chunks of rows into the stored checkpoint, a few at a time, and deletes the
 * replaced chunks each time. Storage therefore never needs room for all chunks at once. The log
 * stays. If the checkpoint has a row in a slot that now holds another row, the log has a deletion
 * of the old row. A tab that plays the log deletes the old row, and never reads the slot.
 */
export async function renewRows(
  context: CheckpointContext,
  current: () => Collection,
  parts: ReadonlyMap<string, number>,
): Promise<void> {
  const collection = current();
  const isRenewed = (chunk: SlotChunk): boolean =>
    isOfRows(chunk.key) && chunk.bytes() === context.stored.ofCheckpoint(chunk.key)?.ref.bytes;
  const chunks = neededChunks(collection, context.stored, true).filter(isRenewed);
  // Every checkpoint has room for this many bytes.
  if (needOf(chunks) <= RENEWED_BYTES) return;
  const check = whileCurrent(current, collection);
  while (chunks.length > 0) {
    check();
    const some: SlotChunk[] = [];
    while (chunks.length > 0 && needOf(some) < RENEWED_BYTES) some.push(chunks.shift() as SlotChunk);
    if (!(await renew(context, some, collection, check))) return;
    await context.dead.dropDead();
  }
  await context.dead.tidy(parts);
}

/** False if another checkpoint is stored by now. */
async function renew(
  context: CheckpointContext,
  chunks: readonly SlotChunk[],
  collection: Collection,
  check: () => void,
): Promise<boolean> {
  const manifest = await changeable(context);
  if (manifest === undefined) return false;
  const renewed = new Map<string, StoredChunk>();
  const put: Put[] = [];
  const copies = copied(chunks, collection);
  await context.slices.run(() => {
    check();
    const { done, value: copy } = copies.next();
    if (copy !== undefined) {
      const ref = refOf(context.names.next(copy.key), copy.bytes);
      put.push(['chunks', ref.name, copy.bytes]);
      renewed.set(copy.key, { ref, time: copy.time });
    }
    return done === true;
  });
  let isDone = false;
  try {
    isDone = await change(context, withChunks(manifest, renewed), put);
    return isDone;
  } finally {
    for (const [key, chunk] of renewed) {
      // The collection counts copied chunks as clean, although storage may not have the copies.
      if (isDone) context.stored.replace(key, chunk);
      else context.stored.forget(key);
    }
  }
}

/**
 * The manifest of the stored checkpoint, if the checkpoint was made or read here and its chunks may
 * be replaced.
 */
async function changeable({ storage, stored }: CheckpointContext): Promise<Manifest | undefined> {
  // If entries were set aside after this checkpoint, the checkpoint must stay.
  if ((await chunksOfAside(storage, stored.checkpoint)).length > 0) return undefined;
  const bytes = await storage.read('chunks', stored.checkpoint);
  return bytes && decodeManifest(bytes);
}

/**
 * Replaces the stored manifest by another manifest of the same entries of the log. False if another
 * checkpoint is stored by now.
 */
async function change(
  { log, names, stored, dead }: CheckpointContext,
  manifest: Manifest,
  chunks: readonly Put[],
): Promise<boolean> {
  const name = names.next('manifest');
  const base = { ...log.head, seq: log.head.checkpointSeq, checkpoint: stored.checkpoint };
  const put: Put[] = [...chunks, ['chunks', name, encodeManifest(manifest)]];
  const made = new Set(chunks.map(([, key]) => key));
  const requires = refsIn(manifest).flatMap((ref) => (isLeftOut(ref) || made.has(ref.name) ? [] : [ref.name]));
  if (!(await log.checkpoint(name, base, put, requires, true))) return false;
  dead.bury(stored.names);
  stored.follow(name, manifest);
  return true;
}
