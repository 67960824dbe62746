// The vectors of a checkpoint, by slot, as far as their chunks can be read.

import { asEdgeVecError, damaged } from '../../base/errors.js';
import { EngineRestore } from '../../engine/restore.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import type { Manifest } from '../../format/manifest.js';
import {
  CODES,
  chunkRows,
  GRAPH_SECTIONS,
  LENGTHS,
  RESIDUAL_BYTES,
  RESIDUAL_NIBBLES,
  ROWS,
  rowBytes,
  SCALES,
  SECTIONS,
} from '../../format/sections.js';
import { isOfBytes } from './errors.js';
import type { Means } from './means.js';
import type { Findings } from './report.js';

/** The sections without which the codes of a row cannot be read. */
const CODED_ROWS: readonly number[] = [CODES, RESIDUAL_NIBBLES, RESIDUAL_BYTES, SCALES];

export interface Vectors {
  has(slot: number): boolean;
  /** The vector as given, as precisely as the database keeps it. */
  copy(slot: number, into: Float32Array, offset: number): void;
  /** No vector is asked for any more. */
  end(): void;
}

/** Undefined if no vector can be read. */
export async function vectorsIn(means: Means, manifest: Manifest, findings: Findings): Promise<Vectors | undefined> {
  return manifest.sections[ROWS] === undefined
    ? codedVectors(means, manifest, findings)
    : fullVectors(means, manifest, findings);
}

/** Full rows are read out of their chunks, without any other chunk. */
async function fullVectors({ storage, slices }: Means, manifest: Manifest, findings: Findings): Promise<Vectors> {
  const { dimensions, metric } = manifest.options;
  const size = rowBytes(ROWS, dimensions);
  const rows = await chunksOf(storage, manifest.sections[ROWS] ?? [], slices);
  const lengths = metric === 'cosine' ? await chunksOf(storage, manifest.sections[LENGTHS] ?? [], slices) : undefined;
  const perRows = chunkRows(ROWS, dimensions);
  const perLengths = chunkRows(LENGTHS, dimensions);
  if (lengths?.includes(undefined)) findings.miss('lengths', damaged('the lengths of the vectors'));
  return {
    has(slot) {
      const chunk = rows[Math.floor(slot / perRows)];
      return chunk !== undefined && (slot % perRows) * size + size <= chunk.length;
    },
    copy(slot, into, offset) {
      const chunk = rows[Math.floor(slot / perRows)] as Uint8Array;
      const view = new DataView(chunk.buffer, chunk.byteOffset + (slot % perRows) * size, size);
      const known = lengths?.[Math.floor(slot / perLengths)];
      const length = known === undefined ? 1 : lengthIn(known, slot % perLengths);
      for (let i = 0; i < dimensions; i++) into[offset + i] = view.getFloat32(4 * i, true) * length;
    },
    end() {},
  };
}

function lengthIn(chunk: Uint8Array, row: number): number {
  return new DataView(chunk.buffer, chunk.byteOffset).getFloat64(8 * row, true);
}

/** The engine reads codes. In place of damaged rows the engine is given blank rows. */
async function codedVectors(means: Means, manifest: Manifest, findings: Findings): Promise<Vectors | undefined> {
  const { storage, slices, start } = means;
  const { sections, options, header } = manifest;
  const lost: { readonly from: number; readonly to: number }[] = [];
  try {
    const bytesOf = (section: number): number => (sections[section] ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
    const [read] = await chunksOf(storage, [header as ChunkRef], slices);
    if (read === undefined) throw damaged('the engine');
    const restore = new EngineRestore(await start(), read, options.dimensions, bytesOf);
    for (const section of SECTIONS) {
      if (GRAPH_SECTIONS.includes(section)) continue;
      for (const [chunk, ref] of (sections[section] ?? []).entries()) {
        const [bytes] = await chunksOf(storage, [ref], slices);
        restore.fill(section, chunk, bytes ?? blank(section, ref.bytes));
        if (bytes !== undefined) continue;
        const rows = chunkRows(section, options.dimensions);
        if (CODED_ROWS.includes(section)) lost.push({ from: chunk * rows, to: (chunk + 1) * rows });
        if (section === LENGTHS) findings.miss('lengths', damaged('the lengths of the vectors'));
      }
    }
    const { engine } = restore.finish();
    return {
      has: (slot) => !lost.some(({ from, to }) => slot >= from && slot < to),
      copy: (slot, into, offset) => engine.copyRow(slot, into, offset),
      end: () => engine.free(),
    };
  } catch (error) {
    if (!isOfBytes(error)) throw error;
    findings.miss('engine', asEdgeVecError(error));
    return undefined;
  }
}

/** Blank rows that an engine accepts: codes of 0, length 1, zeros else. */
function blank(section: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if (section === CODES) bytes.fill(0x88);
  if (section === LENGTHS) new Float64Array(bytes.buffer).fill(1);
  return bytes;
}

/** The chunks of a section; undefined in place of damaged chunks. */
async function chunksOf(
  storage: Means['storage'],
  refs: readonly ChunkRef[],
  slices: Means['slices'],
): Promise<(Uint8Array | undefined)[]> {
  const chunks: (Uint8Array | undefined)[] = [];
  for (const ref of refs) {
    const bytes = await storage.read('chunks', ref.name);
    chunks.push(isWhole(ref, bytes) ? bytes : undefined);
    await slices.breathe();
  }
  return chunks;
}
