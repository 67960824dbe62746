// Makes room in storage for a lean checkpoint, by changing the stored checkpoint: graph and columns
// are left out, and changed chunks of rows are replaced a few at a time. The entries of the log
// stay the same.

import type { Collection } from '../../collection/collection.js';
import type { SlotChunk, StoredChunk } from '../../collection/slot-store.js';
import { type ChunkRef, isWhole, refOf } from '../../format/chunk.js';
import { sectionKey } from '../../format/contents.js';
import { decodeManifest, encodeManifest, type Manifest, refsIn, withoutColumns } from '../../format/manifest.js';
import { SCALES } from '../../format/sections.js';
import type { Put } from '../../storage/storage.js';
import { chunksOfAside } from '../log/aside.js';
import { type Group, groupsOf, hasCodedRows, hasSameMean, scalesWith } from './coded-rows.js';
import { chunksOf } from './contents.js';
import type { CheckpointContext } from './context.js';
import { type Copy, copied, copyEach, neededChunks, needOf, whileCurrent } from './copies.js';
import { isOfRows, withChunks, withoutGraph } from './lean.js';
import { isLeftOut } from './left-out.js';

/**
 * About how many bytes of rows a single commit replaces, before deleting the replaced chunks. Of
 * rows that are kept as codes, a commit replaces up to 4 MiB.
 */
const RENEWED_BYTES = 1 << 20;

/**
 * Replaces the stored checkpoint by the same checkpoint without its graph and its columns. The new
 * manifest needs little room.
 *
 * @returns the new manifest, or undefined if the stored checkpoint stays
 */
export function leaveGraphOut(
  context: CheckpointContext,
  parts: ReadonlyMap<string, number>,
): Promise<Manifest | undefined> {
  return leaveOut(context, parts, (stored) => withoutGraph(withoutColumns(stored)) ?? withoutStored(stored));
}

/** As `leaveGraphOut`, without the columns only. */
export function leaveColumnsOut(
  context: CheckpointContext,
  parts: ReadonlyMap<string, number>,
): Promise<Manifest | undefined> {
  return leaveOut(context, parts, withoutStored);
}

/** The same checkpoint without columns. Undefined if the checkpoint has none. */
function withoutStored(manifest: Manifest): Manifest | undefined {
  return manifest.columns === undefined ? undefined : withoutColumns(manifest);
}

/** @param reduced gives undefined if the stored checkpoint can stay */
async function leaveOut(
  context: CheckpointContext,
  parts: ReadonlyMap<string, number>,
  reduced: (stored: Manifest) => Manifest | undefined,
): Promise<Manifest | undefined> {
  const stored = await changeable(context);
  const manifest = stored && reduced(stored);
  if (manifest === undefined || !(await change(context, manifest, []))) return undefined;
  await context.dead.tidy(parts);
  return manifest;
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
  const check = whileCurrent(current, collection);
  const manifest = await changeable(context);
  check();
  if (manifest === undefined) return;
  const isRenewed = hasCodedRows(manifest)
    ? await renewCodedRows(context, manifest, collection, check)
    : await renewFullRows(context, collection, check);
  if (isRenewed) await context.dead.tidy(parts);
}

/** False if nothing is renewed, or if another checkpoint is stored by now. */
async function renewFullRows(context: CheckpointContext, collection: Collection, check: () => void): Promise<boolean> {
  const { stored } = context;
  const isRenewed = (chunk: SlotChunk): boolean =>
    isOfRows(chunk.key) && chunk.bytes() === stored.ofCheckpoint(chunk.key)?.ref.bytes;
  const chunks = neededChunks(collection, stored, true).filter(isRenewed);
  // Every checkpoint has room for this many bytes.
  if (needOf(chunks) <= RENEWED_BYTES) return false;
  while (chunks.length > 0) {
    const some: SlotChunk[] = [];
    while (chunks.length > 0 && needOf(some) < RENEWED_BYTES) some.push(chunks.shift() as SlotChunk);
    const manifest = await changeable(context);
    if (manifest === undefined) return false;
    const copies = await context.slices.take(copyEach(some, collection), check);
    if (!(await replace(context, manifest, copies))) return false;
    await context.dead.dropDead();
  }
  return true;
}

/** As `renewFullRows`, for rows that are kept as codes. */
async function renewCodedRows(
  context: CheckpointContext,
  manifest: Manifest,
  collection: Collection,
  check: () => void,
): Promise<boolean> {
  const { storage, stored, slices } = context;
  const { header } = manifest;
  const isDirty = (chunk: SlotChunk): boolean => chunk.isDirty(stored.copyOf(chunk.key));
  const chunks = new Map(Array.from(chunksOf(collection), (chunk) => [chunk.key, chunk]));
  const dirtyOf = ({ keys }: Group): SlotChunk[] => keys.flatMap((key) => chunks.get(key) ?? []).filter(isDirty);
  const groups = groupsOf(manifest, collection).filter((group) => dirtyOf(group).length > 0);
  if (header === null || needOf(groups.flatMap(dirtyOf)) <= RENEWED_BYTES) return false;
  const before = await storage.read('chunks', header.name);
  if (!isWhole(header, before)) return false;
  for (const group of groups) {
    const now = await changeable(context);
    const ref = now?.sections[SCALES]?.[group.scales.chunk];
    const scales = ref && (await storage.read('chunks', ref.name));
    if (now === undefined || ref === undefined || !isWhole(ref, scales)) return false;
    const copies: Copy[] = [];
    const others = new Map<string, Uint8Array>();
    // In one step: the sections must agree.
    await slices.run(() => {
      check();
      if (!hasSameMean(before, collection)) return true;
      for (const copy of copied(dirtyOf(group), collection)) if (copy !== undefined) copies.push(copy);
      others.set(sectionKey(SCALES, group.scales.chunk), scalesWith(scales, group, collection));
      return true;
    });
    if (others.size === 0 || !(await replace(context, now, copies, others))) return false;
    await context.dead.dropDead();
  }
  return true;
}

/**
 * Replaces chunks of the stored checkpoint by copies. `others` are chunks that hold less than the
 * present rows. False if another checkpoint is stored by now, or if a chunk has grown: the stored
 * checkpoint has fewer rows.
 */
async function replace(
  context: CheckpointContext,
  manifest: Manifest,
  copies: readonly Copy[],
  others: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<boolean> {
  const { names, stored } = context;
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
    return isDone;
  } finally {
    for (const [key, chunk] of renewed) {
      // The collection counts copied chunks as clean, although storage may not have the copies.
      if (isDone) stored.replace(key, chunk);
      else stored.forget(key);
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
