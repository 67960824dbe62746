// Reads a checkpoint back into a collection.

import { damaged } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import { Collection } from '../../collection/collection.js';
import { isRegistered } from '../../collection/registry.js';
import type { LoadedChunk } from '../../collection/slot-store.js';
import { Engine, type Instance } from '../../engine/engine.js';
import { EngineRestore } from '../../engine/restore.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import { listedIn, VECTORS } from '../../format/contents.js';
import { type Header, readHeader } from '../../format/engine-header.js';
import { decodeManifest, type Manifest, type StoredOptions } from '../../format/manifest.js';
import { CODES, GRAPH_SECTIONS, ROWS, SECTIONS } from '../../format/sections.js';
import { unknownField } from '../../format/version.js';
import type { StorageBackend } from '../../storage/storage.js';
import { AHEAD, RowStream } from './row-stream.js';

/** How many slots are checked between two looks at the clock. */
const LOOKED_AT = 4_096;

export interface Loaded {
  readonly collection: Collection;
  readonly manifest: Manifest;
  /** The graph was damaged. Every row waits for new links. */
  readonly withoutGraph: boolean;
  /** Reads the rows that are still in storage. */
  readonly stream: RowStream | undefined;
}

/** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` */
export async function readManifest(storage: StorageBackend, name: string): Promise<Manifest> {
  const bytes = await storage.read('chunks', name);
  if (bytes === undefined) throw damaged('the checkpoint');
  const manifest = decodeManifest(bytes);
  assertStoresKnown(manifest);
  return manifest;
}

/**
 * Refuses unknown stores, since the next checkpoint would lose an unknown store. @throws
 * `UNSUPPORTED_FORMAT`
 */
export function assertStoresKnown({ stores = {} }: Manifest): void {
  const unknown = Object.keys(stores).find((name) => !isRegistered(name));
  if (unknown !== undefined) throw unknownField('the checkpoint', unknown);
}

/**
 * Loads the chunks of a manifest. If the index has codes, full rows only rank candidates, and are
 * read later.
 *
 * @throws `UNSUPPORTED_FORMAT`; `DAMAGED` if the data is damaged, or if another tab has made a
 * later checkpoint in the meantime and deleted the chunks of this manifest
 */
export async function loadCheckpoint(
  storage: StorageBackend,
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
  const later = sections[CODES] === undefined ? [] : (sections[ROWS] ?? []);
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
        // A damaged chunk of the graph needs no error, since the engine rebuilds the graph.
        else if (!GRAPH_SECTIONS.includes(section)) throw damaged('the rows');
      },
    }));
  await inOrder(storage, [...now.flatMap(fill), ...keep], slices);
  const { engine, withoutGraph } = restore.finish();
  const collection = new Collection(engine);
  try {
    await slices.take(collection.load({ chunks: read, nextId: manifest.nextId }));
    if (collection.count !== engine.stats().rows) throw damaged('the ids');
    // The counts are equal. If each visible slot has an id, ids and slots match.
    await slices.take(everyWithId(saved, collection));
  } catch (error) {
    engine.free();
    throw error;
  }
  // If no visible row needs the missing chunks, the engine is whole already.
  const stream = engine.isWhole() ? undefined : new RowStream(storage, engine, later, slices);
  return { collection, manifest, withoutGraph, stream };
}

/**
 * The manifest may come from an untrusted file. A right checksum does not prove that manifest and
 * engine belong together. @throws `DAMAGED`
 */
function assertAgreed(saved: Header, options: StoredOptions): void {
  const keys = Object.keys(saved.options) as (keyof Header['options'])[];
  if (keys.some((key) => saved.options[key] !== options[key])) throw damaged('the checkpoint');
}

/** Checks that each visible slot has an id. Yields now and then. @throws `DAMAGED` */
function* everyWithId(saved: Header, collection: Collection): Generator<undefined, void> {
  let seen = 0;
  for (const slot of saved.visibleSlots()) {
    if (!collection.hasSlot(slot)) throw damaged('the ids');
    if (++seen % LOOKED_AT === 0) yield;
  }
}

/** A chunk, and the function that takes its bytes. */
interface Item {
  readonly ref: ChunkRef;
  take(bytes: Uint8Array | undefined): void;
}

/** Reads several chunks at once, and takes the chunks in order. */
async function inOrder(storage: StorageBackend, items: readonly Item[], slices: Slices): Promise<void> {
  const reading: Promise<Uint8Array | undefined>[] = [];
  for (const [i, item] of items.entries()) {
    while (reading.length < Math.min(items.length, i + AHEAD)) {
      const read = storage.read('chunks', (items[reading.length] as Item).ref.name);
      // The error is thrown when the chunk's turn comes.
      read.catch(() => {});
      reading.push(read);
    }
    item.take(await reading[i]);
    // The bytes are in the engine now. The next reads need the memory.
    reading[i] = Promise.resolve(undefined);
    await slices.breathe();
  }
}

/**
 * @param what the name of the data, for the error
 * @throws `DAMAGED`
 */
async function readChunk(storage: StorageBackend, ref: ChunkRef, what: string): Promise<Uint8Array> {
  const read = await storage.read('chunks', ref.name);
  if (!isWhole(ref, read)) throw damaged(what);
  return read;
}
