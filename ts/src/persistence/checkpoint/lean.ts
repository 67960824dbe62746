// A lean checkpoint, made if storage has no room for a whole checkpoint.
//
// A lean checkpoint leaves out the graph, since the engine can rebuild the graph from the rows. And
// a lean checkpoint keeps a stored chunk of rows if no new row has taken a slot of the chunk since.
// Slots of removed rows may hold old bytes, since no reader uses the bytes. So a checkpoint after
// deletions needs room for little more than ids and metadata. Rows that are kept as codes are
// another matter (coded-rows.ts).

import type { Collection } from '../../collection/collection.js';
import type { SlotChunk, StoredChunk } from '../../collection/slot-store.js';
import type { ChunkRef } from '../../format/chunk.js';
import { sectionKey } from '../../format/contents.js';
import type { Manifest } from '../../format/manifest.js';
import { chunkRows, GRAPH_SECTIONS, ROWS } from '../../format/sections.js';
import { isLeftOut, leftOut } from './left-out.js';

const GRAPH_KEY = new RegExp(`^(${GRAPH_SECTIONS.join('|')})-\\d+$`);
const ROWS_KEY = new RegExp(`^${ROWS}-(\\d+)$`);

export function isOfGraph(key: string): boolean {
  return GRAPH_KEY.test(key);
}

export function isOfRows(key: string): boolean {
  return ROWS_KEY.test(key);
}

/** Whether the graph was left out for lack of room. */
export function isLean({ sections }: Manifest): boolean {
  return GRAPH_SECTIONS.some((section) => sections[section]?.some(isLeftOut));
}

/** The same checkpoint without its graph. Undefined if the checkpoint has no graph. */
export function withoutGraph(manifest: Manifest): Manifest | undefined {
  if (!GRAPH_SECTIONS.some((section) => sections(manifest, section).some((ref) => !isLeftOut(ref)))) return undefined;
  const left = GRAPH_SECTIONS.map((section) => [
    section,
    sections(manifest, section).map(({ bytes }, chunk) => leftOut(sectionKey(section, chunk), bytes)),
  ]);
  return {
    ...manifest,
    sections: { ...manifest.sections, ...Object.fromEntries(left.filter(([, refs]) => (refs as []).length > 0)) },
  };
}

/** The same checkpoint with some chunks of the engine replaced, by key. */
export function withChunks(manifest: Manifest, chunks: ReadonlyMap<string, ChunkRef>): Manifest {
  const replaced = Object.keys(manifest.sections).map((section) => [
    section,
    sections(manifest, Number(section)).map((ref, chunk) => chunks.get(sectionKey(Number(section), chunk)) ?? ref),
  ]);
  return { ...manifest, sections: Object.fromEntries(replaced) };
}

/** Whether the stored copy of a chunk of rows can stand in for the current chunk. */
export function isAsGood({ key }: SlotChunk, stored: StoredChunk | undefined, collection: Collection): boolean {
  const chunk = ROWS_KEY.exec(key)?.[1];
  if (chunk === undefined || stored === undefined) return false;
  if (stored.ref.bytes !== collection.engine.chunkBytes(ROWS, Number(chunk))) return false;
  const slots = chunkRows(ROWS, collection.engine.dimensions);
  return !collection.haveCome(stored.time, Number(chunk) * slots, slots);
}

function sections(manifest: Manifest, section: number): readonly ChunkRef[] {
  return manifest.sections[section] ?? [];
}
