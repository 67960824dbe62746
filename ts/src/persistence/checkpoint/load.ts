// Reads a checkpoint back into a collection.

import { damaged } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import { Collection } from '../../collection/collection.js';
import { isRegistered, type LoadedChunk } from '../../collection/slot-store.js';
import { Engine, type Instance } from '../../engine/engine.js';
import { EngineRestore } from '../../engine/restore.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import { listedIn, VECTORS } from '../../format/contents.js';
import { type Header, readHeader } from '../../format/engine-header.js';
import { decodeManifest, type Manifest, type StoredOptions } from '../../format/manifest.js';
import { GRAPH_SECTIONS, LEVELS, ROWS, SECTIONS } from '../../format/sections.js';
import { unknownField } from '../../format/version.js';
import type { Storage } from '../../storage/storage.js';
import { AHEAD, RowStream } from './row-stream.js';

/** Slots looked at between two looks at the clock. */
const LOOKED_AT = 4_096;

export interface Loaded {
  readonly collection: Collection;
  readonly manifest: Manifest;
  /** Its graph was damaged: every row waits to be linked anew. */
  readonly withoutGraph: boolean;
  /** The rows that are still to come. */
  readonly stream: RowStream | undefined;
}

/** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` */
export async function readManifest(storage: Storage, name: string): Promise<Manifest> {
  const bytes = await storage.read('chunks', name);
  if (bytes === undefined) throw damaged('the checkpoint');
  const manifest = decodeManifest(bytes);
  assertStoresKnown(manifest);
  return manifest;
}

/** A store that is not known here would be lost with the next checkpoint. @throws `UNSUPPORTED_FORMAT` */
export function assertStoresKnown({ stores = {} }: Manifest): void {
  const unknown = Object.keys(stores).find((name) => !isRegistered(name));
  if (unknown !== undefined) throw unknownField('the checkpoint', unknown);
}

/**
 * Takes up what a manifest speaks of. Rows that only rank answers come later, where there are any.
 *
 * @throws `UNSUPPORTED_FORMAT`; `DAMAGED` where rows are; also where another tab has made a later checkpoint meanwhile, and dropped this one's chunks.
 */
export async function loadCheckpoint(
  storage: Storage,
  manifest: Manifest,
  instance: Instance,
  slices: Slices,
): Promise<Loaded> {
  assertStoresKnown(manifest);
  const { options, header, sections } = manifest;
  if (header === null) {
    const collection = new Collection(Engine.create(instance, options));
    return { collection, manifest, withoutGraph: false, stream: undefined };
  }
  const later = sections[LEVELS] === undefined ? [] : (sections[ROWS] ?? []);
  const now = later.length === 0 ? SECTIONS : SECTIONS.filter((section) => section !== ROWS);
  const bytesIn = (section: number): number => (sections[section] ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
  const headerBytes = await readChunk(storage, header, 'the engine');
  const restore = new EngineRestore(instance, headerBytes, options.dimensions, bytesIn);
  const saved = readHeader(headerBytes);
  assertAgreed(saved, options);
  const read = new Map<string, LoadedChunk[]>();
  const keep: Item[] = listedIn(manifest).flatMap(({ store, ref, slots }) => {
    if (store === VECTORS) return [];
    const chunks = read.get(store) ?? [];
    read.set(store, chunks);
    const take = (bytes: Uint8Array | undefined): void => {
      if (!isWhole(ref, bytes)) throw damaged(`the ${store}`);
      chunks.push({ bytes, slots });
    };
    return [{ ref, take }];
  });
  const fill = (section: number): Item[] =>
    (sections[section] ?? []).map((ref, chunk) => ({
      ref,
      take(bytes) {
        if (isWhole(ref, bytes)) restore.fill(section, chunk, bytes);
        // Of a damaged graph nothing is needed: it is made anew.
        else if (!GRAPH_SECTIONS.includes(section)) throw damaged('the rows');
      },
    }));
  await inOrder(storage, [...now.flatMap(fill), ...keep], slices);
  const { engine, withoutGraph } = restore.finish();
  const collection = new Collection(engine);
  try {
    const steps = collection.load({ chunks: read, nextId: manifest.nextId });
    await slices.run(() => steps.next().done === true);
    if (collection.count !== engine.stats().rows) throw damaged('the ids');
    // As many as there are visible slots, and each of these has one.
    const visible = everyWithId(saved, collection);
    await slices.run(() => visible.next().done === true);
  } catch (error) {
    engine.free();
    throw error;
  }
  // Where only hidden rows were left, none is waited for.
  const stream = engine.isWhole() ? undefined : new RowStream(storage, engine, later, slices);
  return { collection, manifest, withoutGraph, stream };
}

/** A manifest may come from a stranger: its checksum does not say that it is of this engine. @throws `DAMAGED` */
function assertAgreed(saved: Header, options: StoredOptions): void {
  const keys = Object.keys(saved.options) as (keyof StoredOptions)[];
  if (keys.some((key) => saved.options[key] !== options[key])) throw damaged('the checkpoint');
}

/** Whatever a search finds has an id. Yields now and then. @throws `DAMAGED` */
function* everyWithId(saved: Header, collection: Collection): Generator<undefined, void> {
  let seen = 0;
  for (const slot of saved.visibleSlots()) {
    if (!collection.hasSlot(slot)) throw damaged('the ids');
    if (++seen % LOOKED_AT === 0) yield;
  }
}

/** A chunk, and what becomes of it. */
interface Item {
  readonly ref: ChunkRef;
  take(bytes: Uint8Array | undefined): void;
}

/** Reads chunks, some at once, and takes them one by one. */
async function inOrder(storage: Storage, items: readonly Item[], slices: Slices): Promise<void> {
  const reading: Promise<Uint8Array | undefined>[] = [];
  for (const [i, item] of items.entries()) {
    while (reading.length < Math.min(items.length, i + AHEAD)) {
      const read = storage.read('chunks', (items[reading.length] as Item).ref.name);
      // Told when its turn comes, if it ever does.
      read.catch(() => {});
      reading.push(read);
    }
    item.take(await reading[i]);
    // Taken in: the next reads need the memory.
    reading[i] = Promise.resolve(undefined);
    await slices.breathe();
  }
}

/** @throws `DAMAGED`; `what` it is a part of, in words */
async function readChunk(storage: Storage, ref: ChunkRef, what: string): Promise<Uint8Array> {
  const read = await storage.read('chunks', ref.name);
  if (!isWhole(ref, read)) throw damaged(what);
  return read;
}
