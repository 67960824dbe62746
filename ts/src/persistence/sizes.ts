// How many bytes rows take in a checkpoint, and how many of these bytes a lean checkpoint writes.
//
// A short row takes more bytes in a checkpoint than in the log: the engine keeps vectors in steps
// of 16 numbers and codes in steps of 128, and each slot has an id and a line of metadata.

import type { Engine } from '../engine/engine.js';
import { derivedChunksIn, listedIn } from '../format/contents.js';
import type { Manifest } from '../format/manifest.js';
import {
  CODES,
  chunkRows,
  FACTORS,
  GRAPH_SECTIONS,
  RESIDUAL_BYTES,
  RESIDUAL_NIBBLES,
  ROWS,
  rowBytes,
  SCALES,
  SECTIONS,
} from '../format/sections.js';
import { bytesOf } from '../storage/estimate.js';
import { hasCodedRows, SCALED } from './checkpoint/coded-rows.js';
import { isLeftOut } from './checkpoint/left-out.js';

/** Bytes that a checkpoint has more than the log for the id and the metadata of a slot. */
const SLOT_BYTES = 16;

const ROW_SECTIONS = SECTIONS.filter((section) => !GRAPH_SECTIONS.includes(section));

/** The sections that take the place of full rows if rows are kept as codes. */
const CODED: readonly number[] = [CODES, FACTORS, RESIDUAL_NIBBLES, RESIDUAL_BYTES, SCALES];

/** Bytes of each section of the engine, without the sections of the graph. */
type RowSections = ReadonlyMap<number, number>;

/** The sizes of a stored checkpoint. */
export interface CheckpointSizes {
  /** Bytes of all stored chunks except the header, columns and words. */
  readonly bytes: number;
  /** Bytes of columns and words. A checkpoint without room leaves both out. */
  readonly derived: number;
  /**
   * Bytes of chunks that a lean checkpoint may have to write all at once, without metadata: ids,
   * and sections that a lean checkpoint does not replace chunk by chunk.
   */
  readonly atOnce: number;
  readonly rows: RowSections;
}

export function sizesOf(manifest: Manifest): CheckpointSizes {
  const stored = listedIn(manifest).filter(({ ref }) => !isLeftOut(ref));
  const rows = new Map(ROW_SECTIONS.map((section) => [section, bytesOf(manifest.sections[section] ?? [])]));
  const isReplaced = (section: number): boolean =>
    section === ROWS || (hasCodedRows(manifest) && SCALED.includes(section));
  return {
    bytes: bytesOf(stored.map(({ ref }) => ref)),
    derived: bytesOf(derivedChunksIn(manifest).map(({ ref }) => ref)),
    atOnce: bytesOf(manifest.ids) + sumOf(rows, (section) => !isReplaced(section)),
    rows,
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
  // If codes have taken the place of full rows, the checkpoint needs room for the codes while the
  // rows are stored.
  const grown = Array.from(rows, ([section, bytes]) => Math.max(0, bytes - (stored.rows.get(section) ?? 0)));
  return log + SLOT_BYTES * slots + Math.max(0, grown.reduce((sum, bytes) => sum + bytes, 0) - vectorsInLog);
}

/**
 * Bytes of the last chunk of each section, without the graph. If a section gets a further row, a
 * checkpoint writes the last chunk again.
 */
export function lastChunkBytes(engine: Engine): number {
  const { dimensions } = engine;
  return sumOf(
    new Map(
      Array.from(rowSectionsOf(engine), ([section, bytes]) => [
        section,
        Math.min(bytes, chunkRows(section, dimensions) * rowBytes(section, dimensions)),
      ]),
    ),
  );
}

/**
 * Bytes of rows that a lean checkpoint otherwise replaces chunk by chunk, and writes all at once if
 * the rows were coded again.
 */
export function recodedBytes(engine: Engine): number {
  if (engine.chunks(RESIDUAL_NIBBLES) === 0) return 0;
  return sumOf(rowSectionsOf(engine), (section) => SCALED.includes(section));
}

/**
 * Bytes of the codes that will take the place of all present rows, under `int8` and `int16`. 0 if
 * the index has codes, or keeps full rows for good. Rows of `int8` may turn out to need two bytes a
 * number.
 */
export function comingCodesBytes(engine: Engine): number {
  if (engine.chunks(CODES) > 0 || engine.stats().precision === 'float32') return 0;
  const slots = slotsIn(rowSectionsOf(engine), engine.dimensions);
  return slots * CODED.reduce((sum, section) => sum + rowBytes(section, engine.dimensions), 0);
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

function sumOf(rows: RowSections, counts: (section: number) => boolean = () => true): number {
  let sum = 0;
  for (const [section, bytes] of rows) if (counts(section)) sum += bytes;
  return sum;
}
