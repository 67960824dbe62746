// Makes room in storage for a lean checkpoint: changed chunks of rows replace chunks of the stored
// checkpoint, about a mebibyte at a time. The entries of the log stay the same.

import type { Collection } from '../../collection/collection.js';
import type { SlotChunk, StoredChunk } from '../../collection/slot-store.js';
import { type ChunkRef, isWhole, refOf } from '../../format/chunk.js';
import { sectionKey } from '../../format/contents.js';
import type { Manifest } from '../../format/manifest.js';
import { SCALES } from '../../format/sections.js';
import type { Put } from '../../storage/storage.js';
import { changedSlots, hasCodedRows, hasSameMean, type ScaledChunk, scaledChunk, scalesWithout } from './coded-rows.js';
import type { CheckpointContext } from './context.js';
import { type Copy, copied, copyEach, neededChunks, needOf, whileCurrent } from './copies.js';
import { isOfRows, withChunks } from './lean.js';
import { change, changeable } from './reduce.js';

/**
 * About how many bytes of rows a single commit replaces, before deleting the replaced chunks. Every
 * checkpoint has room for so many bytes.
 */
const RENEWED_BYTES = 1 << 20;

interface Renewal {
  readonly context: CheckpointContext;
  readonly collection: Collection;
  /** Throws if another collection has replaced the collection. */
  readonly check: () => void;
}

/** Copies of chunks for the stored checkpoint. */
interface Renewed {
  readonly copies: readonly Copy[];
  /** By key, chunks for the stored checkpoint that hold less than the present rows. */
  readonly others?: ReadonlyMap<string, Uint8Array>;
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
  const renewal = { context, collection, check: whileCurrent(current, collection) };
  const manifest = await changeable(context);
  renewal.check();
  if (manifest === undefined) return;
  const isRenewed = hasCodedRows(manifest) ? await renewCodedRows(renewal, manifest) : await renewFullRows(renewal);
  if (isRenewed) await context.dead.tidy(parts);
}

/** False if nothing is renewed, or if another checkpoint is stored by now. */
async function renewFullRows(renewal: Renewal): Promise<boolean> {
  const { collection, context, check } = renewal;
  const chunks = renewable(renewal, isOfRows);
  if (chunks.length === 0) return false;
  while (chunks.length > 0) {
    const some: SlotChunk[] = [];
    while (chunks.length > 0 && needOf(some) < RENEWED_BYTES) some.push(chunks.shift() as SlotChunk);
    const manifest = await changeable(context);
    if (manifest === undefined) return false;
    const copies = await context.slices.take(copyEach(some, collection), check);
    if (!(await replace(context, manifest, { copies }))) return false;
  }
  return true;
}

/** As `renewFullRows`, for rows that are kept as codes. */
async function renewCodedRows(renewal: Renewal, { header }: Manifest): Promise<boolean> {
  const { collection, context } = renewal;
  const { dimensions } = collection.engine;
  const chunks = renewable(renewal, (key) => scaledChunk(key, dimensions) !== undefined);
  const before = chunks.length > 0 && header !== null && (await read(context, header));
  if (!before) return false;
  for (const chunk of chunks) {
    const manifest = await changeable(context);
    const renewed = manifest && (await copyScaled(renewal, manifest, chunk, before));
    if (manifest === undefined || renewed === undefined || !(await replace(context, manifest, renewed))) return false;
  }
  return true;
}

/** The changed chunks that may replace stored chunks. None if a checkpoint has room for all. */
function renewable({ collection, context }: Renewal, isOf: (key: string) => boolean): SlotChunk[] {
  const { stored } = context;
  const chunks = neededChunks(collection, stored, true).filter(
    (chunk) => isOf(chunk.key) && chunk.bytes() === stored.ofCheckpoint(chunk.key)?.ref.bytes,
  );
  return needOf(chunks) <= RENEWED_BYTES ? [] : chunks;
}

/**
 * Copies a chunk of codes or residuals, and takes the scales of changed rows out of the stored
 * scales. Undefined if the stored chunk must stay.
 *
 * @param header the header of the stored checkpoint
 */
async function copyScaled(
  { collection, context, check }: Renewal,
  manifest: Manifest,
  chunk: SlotChunk,
  header: Uint8Array,
): Promise<Renewed | undefined> {
  const { slices, stored } = context;
  const place = scaledChunk(chunk.key, collection.engine.dimensions) as ScaledChunk;
  const known = stored.ofCheckpoint(chunk.key) as StoredChunk;
  const before = await read(context, known.ref);
  const scalesRef = manifest.sections[SCALES]?.[place.scales];
  const scales = scalesRef && (await read(context, scalesRef));
  if (before === undefined || scales === undefined) return undefined;
  let renewed: Renewed | undefined;
  // In one step: the copy must be by the mean of the stored checkpoint.
  await slices.run(() => {
    check();
    if (!hasSameMean(header, collection)) return true;
    const copies = [...copied([chunk], collection)].filter((copy) => copy !== undefined);
    const changed = copies.flatMap(({ bytes }) => changedSlots(before, bytes, place));
    // The log deletes the old row of each changed slot.
    const isLost = changed.some((slot) => collection.hasSlot(slot) && !collection.haveCome(known.time, slot, 1));
    if (isLost) stored.forget(chunk.key);
    else
      renewed = {
        copies,
        others: new Map([[sectionKey(SCALES, place.scales), scalesWithout(scales, changed, place)]]),
      };
    return true;
  });
  return renewed;
}

async function read({ storage }: CheckpointContext, ref: ChunkRef): Promise<Uint8Array | undefined> {
  const bytes = await storage.read('chunks', ref.name);
  return isWhole(ref, bytes) ? bytes : undefined;
}

/**
 * Replaces chunks of the stored checkpoint by copies, and deletes the replaced chunks. False if
 * another checkpoint is stored by now, or if a chunk has grown: the stored checkpoint has fewer
 * rows.
 */
async function replace(
  context: CheckpointContext,
  manifest: Manifest,
  { copies, others = new Map() }: Renewed,
): Promise<boolean> {
  const { names, stored, dead } = context;
  const renewed = new Map<string, StoredChunk>();
  const refs = new Map<string, ChunkRef>();
  const put: Put[] = [];
  const take = (key: string, bytes: Uint8Array): ChunkRef => {
    const ref = refOf(names.next(key), bytes);
    put.push(['chunks', ref.name, bytes]);
    refs.set(key, ref);
    return ref;
  };
  for (const { key, bytes, time } of copies) renewed.set(key, { ref: take(key, bytes), time });
  for (const [key, bytes] of others) take(key, bytes);
  let isDone = false;
  try {
    const isSame = copies.every(({ key, bytes }) => bytes.length === stored.ofCheckpoint(key)?.ref.bytes);
    isDone = isSame && (await change(context, withChunks(manifest, refs), put));
  } finally {
    for (const [key, chunk] of renewed) {
      // The collection counts copied chunks as clean, although storage may not have the copies.
      if (isDone) stored.replace(key, chunk);
      else stored.forget(key);
    }
  }
  if (isDone) await dead.dropDead();
  return isDone;
}
