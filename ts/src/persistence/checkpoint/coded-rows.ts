// Rows that are kept as codes, in place of full rows: under int8 and int16 precision. Several
// sections hold a part of each row, and a reader refuses a row with parts of two rows. So these
// sections change together, a group of slots at a time.
//
// A chunk of scales holds more slots than a group. The scales of the group go into a copy of the
// stored chunk, and all other scales of the chunk stay as stored.

import type { Collection } from '../../collection/collection.js';
import { sectionKey } from '../../format/contents.js';
import { readHeader } from '../../format/engine-header.js';
import type { Manifest } from '../../format/manifest.js';
import { CODES, chunkRows, RESIDUAL_BYTES, RESIDUAL_NIBBLES, SCALES } from '../../format/sections.js';
import { sameBytes } from '../../storage/storage.js';

/** The sections with chunks of a group's rows only. */
const OF_GROUP = [CODES, RESIDUAL_NIBBLES, RESIDUAL_BYTES];
const SCALE_BYTES = 4;

/** The chunks with the rows of some slots. */
export interface Group {
  /** The keys of chunks that hold rows of these slots only. */
  readonly keys: readonly string[];
  /** The chunk of scales, and the bytes of these slots in the chunk. */
  readonly scales: { readonly chunk: number; readonly from: number; readonly to: number };
}

/** Whether a checkpoint keeps rows as codes. */
export function hasCodedRows({ sections }: Manifest): boolean {
  return sections[RESIDUAL_NIBBLES] !== undefined;
}

/**
 * The groups of a checkpoint, without the slots at the end if the database has more slots by now:
 * the chunks of the last slots have grown.
 */
export function groupsOf({ sections }: Manifest, { engine }: Collection): Group[] {
  const { dimensions } = engine;
  const size = chunkRows(CODES, dimensions);
  const ofScales = chunkRows(SCALES, dimensions);
  const groups: Group[] = [];
  for (let group = 0; group < (sections[CODES]?.length ?? 0); group++) {
    const chunks = OF_GROUP.flatMap((section) => {
      const count = size / chunkRows(section, dimensions);
      const refs = sections[section]?.slice(group * count, (group + 1) * count) ?? [];
      return refs.map((ref, i) => ({ section, chunk: group * count + i, bytes: ref.bytes }));
    });
    const isSame = chunks.every(({ section, chunk, bytes }) => engine.chunkBytes(section, chunk) === bytes);
    if (!isSame) continue;
    const first = (group * size) % ofScales;
    groups.push({
      keys: chunks.map(({ section, chunk }) => sectionKey(section, chunk)),
      scales: {
        chunk: Math.floor((group * size) / ofScales),
        from: SCALE_BYTES * first,
        to: SCALE_BYTES * (first + size),
      },
    });
  }
  return groups;
}

/** The stored chunk of scales, with the present scales of a group. */
export function scalesWith(stored: Uint8Array, { scales }: Group, { engine }: Collection): Uint8Array {
  const spliced = stored.slice();
  spliced.set(
    engine.copyChunk(SCALES, scales.chunk).subarray(scales.from, Math.min(scales.to, stored.length)),
    scales.from,
  );
  return spliced;
}

/**
 * Whether the codes of the collection are made by the mean in this header. Codes by another mean
 * stand for other rows.
 */
export function hasSameMean(header: Uint8Array, { engine }: Collection): boolean {
  const mean = readHeader(header).mean();
  return mean !== undefined && sameBytes(mean, readHeader(engine.copyHeader()).mean());
}
