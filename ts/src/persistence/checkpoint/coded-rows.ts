// Rows that are kept as codes, in place of full rows: under int8 and int16 precision. Several
// sections hold a part of each row, and a reader refuses a row with parts of two rows. So these
// sections change together, a group of slots at a time.
//
// A chunk of steps holds more slots than a group. The steps of the group go into a copy of the
// stored chunk, and all other steps of the chunk stay as stored.

import type { Collection } from '../../collection/collection.js';
import { sectionKey } from '../../format/contents.js';
import { readHeader } from '../../format/engine-header.js';
import type { Manifest } from '../../format/manifest.js';
import { BYTES, CODES, chunkRows, HALVES, STEPS } from '../../format/sections.js';
import { sameBytes } from '../../storage/storage.js';

/** The bytes of a row in a block of 128 dimensions, by section. */
const BLOCK_BYTES: readonly (readonly [section: number, bytes: number])[] = [
  [CODES, 64],
  [HALVES, 64],
  [BYTES, 128],
];
const BLOCK = 128;
const STEP_BYTES = 4;

/** The chunks with the rows of some slots. */
export interface Group {
  /** The keys of chunks that hold rows of these slots only. */
  readonly keys: readonly string[];
  /** The chunk of steps, and the bytes of these slots in the chunk. */
  readonly steps: { readonly chunk: number; readonly from: number; readonly to: number };
}

/** Whether a checkpoint keeps rows as codes. */
export function hasCodedRows({ sections }: Manifest): boolean {
  return sections[HALVES] !== undefined;
}

/**
 * The groups of a checkpoint, without the slots at the end if the database has more slots by now:
 * the chunks of the last slots have grown.
 */
export function groupsOf({ sections }: Manifest, { engine }: Collection): Group[] {
  const { dimensions } = engine;
  const size = chunkRows(64 * Math.ceil(dimensions / BLOCK));
  const ofSteps = chunkRows(STEP_BYTES);
  const groups: Group[] = [];
  for (let group = 0; group < (sections[CODES]?.length ?? 0); group++) {
    const chunks = BLOCK_BYTES.flatMap(([section, bytes]) => {
      const count = size / chunkRows(bytes * Math.ceil(dimensions / BLOCK));
      const refs = sections[section]?.slice(group * count, (group + 1) * count) ?? [];
      return refs.map((ref, i) => ({ section, chunk: group * count + i, bytes: ref.bytes }));
    });
    const isSame = chunks.every(({ section, chunk, bytes }) => engine.chunkBytes(section, chunk) === bytes);
    if (!isSame) continue;
    const first = (group * size) % ofSteps;
    groups.push({
      keys: chunks.map(({ section, chunk }) => sectionKey(section, chunk)),
      steps: {
        chunk: Math.floor((group * size) / ofSteps),
        from: STEP_BYTES * first,
        to: STEP_BYTES * (first + size),
      },
    });
  }
  return groups;
}

/** The stored chunk of steps, with the present steps of a group. */
export function stepsWith(stored: Uint8Array, { steps }: Group, { engine }: Collection): Uint8Array {
  const spliced = stored.slice();
  spliced.set(engine.copyChunk(STEPS, steps.chunk).subarray(steps.from, Math.min(steps.to, stored.length)), steps.from);
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
