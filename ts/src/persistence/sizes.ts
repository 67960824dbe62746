// How many bytes rows take in a checkpoint.
//
// A short row takes more bytes in a checkpoint than in the log: the engine keeps vectors in steps
// of 16 numbers and codes in steps of 128, and each slot has an id and a line of metadata.

import type { Engine } from '../engine/engine.js';
import { columnChunksIn, listedIn } from '../format/contents.js';
import type { Manifest } from '../format/manifest.js';
import { GRAPH_SECTIONS, rowBytes, SECTIONS } from '../format/sections.js';
import { bytesOf } from '../storage/estimate.js';
import { isLeftOut } from './checkpoint/left-out.js';

/** Bytes that a checkpoint has more than the log for the id and the metadata of a slot. */
const SLOT_BYTES = 16;

const ROW_SECTIONS = SECTIONS.filter((section) => !GRAPH_SECTIONS.includes(section));

/** Bytes of each section of the engine, without the sections of the graph. */
type RowSections = ReadonlyMap<number, number>;

/** The sizes of a stored checkpoint. */
export interface CheckpointSizes {
  /** Bytes of all stored chunks except the header and the columns. */
  readonly bytes: number;
  /** Bytes of the columns. A checkpoint without room leaves the columns out. */
  readonly columns: number;
  readonly rows: RowSections;
}

export function sizesOf(manifest: Manifest): CheckpointSizes {
  const stored = listedIn(manifest).filter(({ ref }) => !isLeftOut(ref));
  return {
    bytes: bytesOf(stored.map(({ ref }) => ref)),
    columns: bytesOf(columnChunksIn(manifest).map(({ ref }) => ref)),
    rows: new Map(ROW_SECTIONS.map((section) => [section, bytesOf(manifest.sections[section] ?? [])])),
  };
}

/**
 * About how many bytes the entries of the log add to the stored checkpoint, without the graph.
 *
 * @param engine the present rows, with the entries of the log applied
 * @param log bytes of the log
 */
export function addedBytes(engine: Engine, log: number, stored: CheckpointSizes): number {
  const rows = rowSectionsOf(engine);
  const slots = Math.max(0, slotsIn(rows, engine.dimensions) - slotsIn(stored.rows, engine.dimensions));
  const vectorsInLog = slots * 4 * engine.dimensions;
  return log + SLOT_BYTES * slots + Math.max(0, sumOf(rows) - sumOf(stored.rows) - vectorsInLog);
}

function rowSectionsOf(engine: Engine): RowSections {
  const bytes = (section: number): number => {
    const last = engine.chunks(section) - 1;
    if (last < 0) return 0;
    // All chunks of a section have the same size, except the last chunk.
    return last * engine.chunkBytes(section, 0) + engine.chunkBytes(section, last);
  };
  return new Map(ROW_SECTIONS.map((section) => [section, bytes(section)]));
}

/** The number of slots. Each section has all slots, or is empty. */
function slotsIn(rows: RowSections, dimensions: number): number {
  return Math.max(...Array.from(rows, ([section, bytes]) => Math.floor(bytes / rowBytes(section, dimensions))));
}

function sumOf(rows: RowSections): number {
  return [...rows.values()].reduce((sum, bytes) => sum + bytes, 0);
}
