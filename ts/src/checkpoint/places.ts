// What of a database is stored as chunks of their own: the engine's, and the ids and metadata of its rows, block by block.

import type { Engine } from '../engine/engine.js';
import { SECTIONS } from '../engine/sections.js';
import type { Rows } from '../rows/rows.js';
import type { ChunkRef } from '../storage/chunk.js';
import type { Manifest, StoredOptions } from './manifest.js';

/** What is stored, as it is now. */
export interface State {
  readonly engine: Engine;
  readonly rows: Rows;
}

/** What is stored as one chunk: a chunk of a section, or the ids or metadata of a block. */
export interface Place {
  readonly key: string;
  /** Bytes it takes, where that is known before it is copied. */
  bytes(): number;
  /** Whether it is other than what is stored of it. */
  isDirty(stored: ChunkRef | undefined): boolean;
  /** Its bytes, copied. Undefined where it is no more: codes take the place of rows. */
  copy(): Uint8Array | undefined;
  setClean(): void;
}

/** How many chunks there are of everything. */
export interface Shape {
  /** By section. */
  readonly chunks: ReadonlyMap<number, number>;
  /** Of rows. */
  readonly blocks: number;
}

export function shapeOf({ engine, rows }: State): Shape {
  return { chunks: new Map(SECTIONS.map((section) => [section, engine.chunks(section)])), blocks: rows.blocks };
}

export function* placesOf({ engine, rows }: State): Generator<Place> {
  for (const section of SECTIONS) {
    const count = engine.chunks(section);
    for (let chunk = 0; chunk < count; chunk++) {
      const isThere = (): boolean => chunk < engine.chunks(section);
      yield {
        key: `${section}-${chunk}`,
        bytes: () => (isThere() ? engine.chunkBytes(section, chunk) : 0),
        // A chunk that has grown is another, even where nothing has been written to its new rows.
        isDirty: (stored) => stored?.bytes !== engine.chunkBytes(section, chunk) || engine.isDirty(section, chunk),
        copy: () => (isThere() ? engine.copyChunk(section, chunk) : undefined),
        setClean: () => engine.setClean(section, chunk),
      };
    }
  }
  for (let block = 0; block < rows.blocks; block++) {
    for (const column of ['ids', 'metadata'] as const) {
      yield {
        key: `${column}-${block}`,
        bytes: () => 0,
        isDirty: (stored) => stored === undefined || rows.isDirty(block, column),
        copy: () => rows.encode(block, column),
        setClean: () => rows.setClean(block, column),
      };
    }
  }
}

/** The manifest of a database of this shape. `refOf` knows every place's chunk by the place's key. */
export function manifestOf(
  options: StoredOptions,
  nextId: number,
  header: ChunkRef,
  { chunks, blocks }: Shape,
  refOf: (key: string) => ChunkRef,
): Manifest {
  const refs = (prefix: string, count: number): ChunkRef[] =>
    Array.from({ length: count }, (_, i) => refOf(`${prefix}-${i}`));
  const sections: Record<number, ChunkRef[]> = {};
  for (const [section, count] of chunks) if (count > 0) sections[section] = refs(String(section), count);
  return { options, nextId, header, sections, ids: refs('ids', blocks), metadata: refs('metadata', blocks) };
}

/** The chunks a manifest speaks of, by the key of their place. */
export function refsOf({ sections, ids, metadata }: Manifest): Map<string, ChunkRef> {
  const lists: [string, readonly ChunkRef[]][] = [...Object.entries(sections), ['ids', ids], ['metadata', metadata]];
  return new Map(lists.flatMap(([prefix, refs]) => refs.map((ref, i) => [`${prefix}-${i}`, ref] as const)));
}
