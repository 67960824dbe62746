// What of a database is stored as chunks of their own: the engine's, and the ids and metadata of its rows, block by block.

import { LOADED } from '../../collection/changes.js';
import type { Rows } from '../../collection/collection.js';
import type { Engine } from '../../engine/engine.js';
import { BLOCK_ROWS, type SlotRange } from '../../format/blocks.js';
import type { ChunkRef } from '../../format/chunk.js';
import type { Manifest, StoredOptions } from '../../format/manifest.js';
import { SECTIONS } from '../../format/sections.js';
import { isLeftOut } from './left-out.js';

/** What is stored, as it is now. */
export interface State {
  readonly engine: Engine;
  readonly rows: Rows;
}

/** What is stored of a place, and as of when by the clock of the rows. */
export interface Stored {
  readonly ref: ChunkRef;
  readonly time: number;
}

/** What is stored as one chunk: a chunk of a section, the ids of a block, or a part of its metadata. */
export interface Place {
  readonly key: string;
  /** Bytes it takes, where that is known before it is copied. */
  bytes(): number;
  /** Whether it is other than what is stored of it. */
  isDirty(stored: Stored | undefined): boolean;
  /**
   * Its bytes, copied; yields now and then. Undefined where it is no more: codes take the place of rows, and metadata may have become more than fits.
   */
  copy(): Generator<undefined, Uint8Array | undefined>;
  /** Says that it has been saved as it is. */
  setClean(): void;
}

/** How many chunks there are of everything. */
export interface Shape {
  /** By section. */
  readonly chunks: ReadonlyMap<number, number>;
  /** Of rows. */
  readonly blocks: number;
  readonly parts: readonly SlotRange[];
}

/** What is there, once the metadata has been measured. */
export function shapeOf({ engine, rows }: State): Shape {
  return {
    chunks: new Map(SECTIONS.map((section) => [section, engine.chunks(section)])),
    blocks: rows.blocks,
    parts: Array.from({ length: rows.blocks }, (_, block) => rows.parts(block)).flat(),
  };
}

/** All places, once the metadata has been measured. */
export function* placesOf({ engine, rows }: State): Generator<Place> {
  for (const section of SECTIONS) {
    const count = engine.chunks(section);
    for (let chunk = 0; chunk < count; chunk++) {
      const isThere = (): boolean => chunk < engine.chunks(section);
      yield {
        key: `${section}-${chunk}`,
        bytes: () => (isThere() ? engine.chunkBytes(section, chunk) : 0),
        // A chunk that has grown is another, even where nothing has been written to its new rows.
        isDirty: (stored) => stored?.ref.bytes !== engine.chunkBytes(section, chunk) || engine.isDirty(section, chunk),
        copy: () => inOneStep(() => (isThere() ? engine.copyChunk(section, chunk) : undefined)),
        setClean: () => engine.setClean(section, chunk),
      };
    }
  }
  const place = (key: string, { first, slots, bytes }: SlotRange, copy: Place['copy']): Place => ({
    key,
    bytes: () => bytes,
    isDirty: (stored) => stored === undefined || rows.haveChanged(stored.time, first, slots),
    copy,
    setClean: () => {},
  });
  for (let block = 0; block < rows.blocks; block++) {
    const all = { first: block * BLOCK_ROWS, slots: BLOCK_ROWS, bytes: 0 };
    yield place(`ids-${block}`, all, () => inOneStep(() => rows.encodeIds(block)));
    for (const part of rows.parts(block)) yield place(partKey(part), part, () => rows.copyMetadata(part));
  }
}

/** The manifest of a database of this shape. `refOf` knows every place's chunk by the place's key. */
export function manifestOf(
  options: StoredOptions,
  nextId: number,
  header: ChunkRef,
  { chunks, blocks, parts }: Shape,
  refOf: (key: string) => ChunkRef,
): Manifest {
  const refs = (prefix: string, count: number): ChunkRef[] =>
    Array.from({ length: count }, (_, i) => refOf(`${prefix}-${i}`));
  const sections: Record<number, ChunkRef[]> = {};
  for (const [section, count] of chunks) if (count > 0) sections[section] = refs(String(section), count);
  const metadata = parts.map((part) => ({ ...refOf(partKey(part)), slots: part.slots }));
  return { options, nextId, header, sections, ids: refs('ids', blocks), metadata };
}

/** What a manifest that has been loaded speaks of, by the key of its place. */
export function storedIn({ sections, ids, metadata }: Manifest): Map<string, Stored> {
  const stored = new Map<string, Stored>();
  const add = (key: string, ref: ChunkRef): void => void stored.set(key, { ref, time: LOADED });
  for (const [prefix, refs] of [...Object.entries(sections), ['ids', ids] as const]) {
    for (const [i, ref] of refs.entries()) if (!isLeftOut(ref)) add(`${prefix}-${i}`, ref);
  }
  let first = 0;
  for (const ref of metadata) {
    add(partKey({ first, slots: ref.slots }), ref);
    first += ref.slots;
  }
  return stored;
}

const partKey = ({ first, slots }: Pick<SlotRange, 'first' | 'slots'>): string => `metadata-${first}+${slots}`;

// biome-ignore lint/correctness/useYield: the whole of it is one step.
function* inOneStep(copy: () => Uint8Array | undefined): Generator<undefined, Uint8Array | undefined> {
  return copy();
}
