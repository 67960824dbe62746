// The rows of a checkpoint, as far as its chunks can be read. The rows are written into a new
// engine, so damage of the old graph, or of the old codes, costs nothing.

import { asEdgeVecError, damaged, EdgeVecError } from '../../base/errors.js';
import { allSteps } from '../../base/steps.js';
import { type Slices, STEP_ROWS } from '../../base/time-slices.js';
import type { Id } from '../../base/types.js';
import type { Collection } from '../../collection/collection.js';
import { Records } from '../../collection/records.js';
import type { LoadedChunk } from '../../collection/slot-store.js';
import type { Engine } from '../../engine/engine.js';
import { BLOCK_ROWS } from '../../format/blocks.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import { IDS, METADATA } from '../../format/contents.js';
import type { Manifest } from '../../format/manifest.js';
import { loadCheckpoint } from '../../persistence/checkpoint/load.js';
import { Transaction } from '../write/transaction.js';
import { isOfBytes } from './errors.js';
import type { Means } from './means.js';
import type { Findings } from './report.js';
import { vectorsIn } from './vectors.js';

/** Rows written at once. */
const BATCH = STEP_ROWS;

const UNREADABLE = Symbol('unreadable');

/** All of it, if all of it can be read; else undefined, and nothing is held. */
export async function wholeCheckpoint(
  { storage, slices, start }: Means,
  manifest: Manifest,
): Promise<Collection | undefined> {
  let engine: Engine | undefined;
  try {
    const loaded = await loadCheckpoint(storage, manifest, await start(), slices);
    engine = loaded.collection.engine;
    try {
      await Promise.race([loaded.stream?.done, loaded.stream?.bring([])]);
    } finally {
      loaded.stream?.stop();
    }
    return loaded.collection;
  } catch (error) {
    engine?.free();
    if (isOfBytes(error)) return undefined;
    throw error;
  }
}

/** Writes the readable rows of a checkpoint into an empty collection. */
export async function rescueCheckpoint(
  means: Means,
  manifest: Manifest,
  into: Collection,
  findings: Findings,
): Promise<void> {
  if (manifest.header === null) return;
  const { slices } = means;
  const { ids, metadata: lines } = await recordsIn(means, manifest, findings);
  const vectors = await vectorsIn(means, manifest, findings);
  if (vectors === undefined) return;
  const { dimensions } = manifest.options;
  let missing = 0;
  let batch: { id: Id; slot: number }[] = [];
  const write = async (): Promise<void> => {
    const flat = new Float32Array(batch.length * dimensions);
    const metadata: (object | undefined)[] = [];
    for (const [i, { slot }] of batch.entries()) {
      vectors.copy(slot, flat, i * dimensions);
      const read = metadataOf(() => lines.merged(slot, undefined), findings);
      metadata.push(read === UNREADABLE ? undefined : read);
    }
    await writeRows(into, slices, { start: 0, ids: batch.map(({ id }) => id), vectors: flat, metadata });
    batch = [];
  };
  for (const id of ids.ids()) {
    const slot = ids.slotOf(id) as number;
    if (!vectors.has(slot)) missing++;
    else if (batch.push({ id, slot }) === BATCH) await write();
  }
  await write();
  vectors.end();
  if (missing > 0) findings.miss('vectors', damaged('the vectors'), { rows: missing });
  into.saw(manifest.nextId - 1);
}

/** Writes rows, each in place of an earlier row with the same id. */
async function writeRows(into: Collection, slices: Slices, part: Parameters<Transaction['append']>[0]): Promise<void> {
  if (part.ids.length === 0) return;
  const transaction = new Transaction('upsert', into);
  transaction.append(part, false);
  await slices.take(transaction.publish());
}

/** Reads the metadata of all rows, and takes unreadable metadata away. */
export async function checkMetadata(collection: Collection, slices: Slices, findings: Findings): Promise<void> {
  const ids = [...collection.ids()].values();
  await slices.run(() => {
    const { done, value: id } = ids.next();
    if (done) return true;
    const slot = collection.slotOf(id) as number;
    if (metadataOf(() => collection.mergedMetadata(slot, undefined), findings) === UNREADABLE)
      collection.set(id, slot, undefined);
    return false;
  });
}

function metadataOf(read: () => object | undefined, findings: Findings): object | typeof UNREADABLE | undefined {
  try {
    // `merged` keeps metadata that is whole and cannot be read here as it was written.
    return read();
  } catch (error) {
    findings.missRow('metadata', error instanceof EdgeVecError ? error : damaged('the metadata', error));
    return UNREADABLE;
  }
}

/** Ids and metadata. Rows of damaged blocks have no ids, or no metadata. */
async function recordsIn({ storage, slices }: Means, manifest: Manifest, findings: Findings): Promise<Records> {
  const text = new TextEncoder();
  const read = async (ref: ChunkRef): Promise<Uint8Array | undefined> => {
    const bytes = await storage.read('chunks', ref.name);
    return isWhole(ref, bytes) ? bytes : undefined;
  };
  const ids: LoadedChunk[] = [];
  /** Places in each block that have a row. */
  const places: number[][] = [];
  for (const ref of manifest.ids) {
    const bytes = await read(ref);
    const listed = bytes && slotsIn(bytes);
    if (listed === undefined) findings.miss('ids', damaged('the ids'));
    ids.push({ bytes: listed === undefined ? text.encode('[]') : (bytes as Uint8Array) });
    places.push(listed ?? []);
  }
  const metadata: LoadedChunk[] = [];
  let first = 0;
  for (const ref of manifest.metadata) {
    const { slots } = ref;
    const at = first % BLOCK_ROWS;
    const block = places[(first - at) / BLOCK_ROWS] ?? [];
    const count = block.filter((place) => place >= at && place < at + slots).length;
    const bytes = count === 0 ? new Uint8Array() : await read(ref);
    const isOfThese = bytes !== undefined && bytes.filter((byte) => byte === 0x0a).length === count;
    if (!isOfThese) findings.miss('metadata', damaged('the metadata'), { rows: count });
    metadata.push({ slots, bytes: isOfThese ? bytes : text.encode('-1\n'.repeat(count)) });
    first += slots;
  }
  const records = new Records();
  const chunks = new Map([
    [IDS, ids],
    [METADATA, metadata],
  ]);
  try {
    await slices.take(records.load({ chunks, nextId: manifest.nextId }));
    return records;
  } catch (error) {
    findings.miss('ids', asEdgeVecError(error));
    return new Records();
  }
}

/** Undefined if these bytes, which are whole, are no list of ids. */
function slotsIn(bytes: Uint8Array): number[] | undefined {
  try {
    const { ids } = new Records();
    allSteps(ids.load([{ bytes }]));
    return Array.from(ids.ids(), (id) => ids.slotOf(id) as number);
  } catch {
    return undefined;
  }
}
