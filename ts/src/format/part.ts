// A part of a write as bytes: everything but vectors as text, as devalue writes it; then the
// vectors as they came, on a multiple of four bytes. Whoever stores them checks their sum.

import type { Part } from '../base/calls.js';
import { damaged, EdgeVecError } from '../base/errors.js';
import type { Id } from '../base/types.js';
import { type Nodes, parseNodes, readValue } from './value/read.js';
import { toText } from './value/text.js';
import { readOrKeep } from './value/unread.js';

/** Bytes of text, numbers in vectors. */
const HEADER = 8;

export function encodePart({ vectors, ...columns }: Part): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(toText(columns));
  const start = HEADER + padded(text.length);
  const bytes = new Uint8Array(start + vectors.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  view.setUint32(4, vectors.length, true);
  bytes.set(text, HEADER);
  new Float32Array(bytes.buffer, start).set(vectors);
  return bytes;
}

/** Parts, one behind the other. @throws as `decodePart` */
export function* decodeParts(bytes: Uint8Array, dimensions: number): Generator<Part> {
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < HEADER) throw damaged('a write');
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER);
    const end = at + HEADER + padded(view.getUint32(0, true)) + view.getUint32(4, true) * 4;
    if (end > bytes.length) throw damaged('a write');
    yield decodePart(bytes.subarray(at, end), dimensions);
    at = end;
  }
}

/**
 * Metadata that is not read here is `Unread`.
 *
 * @throws `DAMAGED` if the bytes are broken; `UNSUPPORTED_FORMAT` if they are whole, and not known here
 */
export function decodePart(bytes: Uint8Array, dimensions: number): Part {
  if (bytes.length < HEADER) throw damaged('a write');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [length, count] = [view.getUint32(0, true), view.getUint32(4, true)];
  const start = HEADER + padded(length);
  if (bytes.length !== start + count * 4) throw damaged('a write');
  let columns: Omit<Part, 'vectors'>;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(HEADER, HEADER + length));
    columns = columnsOf(parseNodes(text));
  } catch (cause) {
    throw cause instanceof EdgeVecError ? cause : damaged('a write', cause);
  }
  // A copy: the bytes need not be aligned, and a part is handed over.
  const vectors = new Float32Array(bytes.slice(start).buffer);
  const part = { ...columns, vectors };
  // Lists may be sparse: a few bytes of text speak of billions of places.
  if (!isPart(part, dimensions, length)) throw damaged('a write');
  return part;
}

/** Columns, each as it is said to be: whether they are those of a part is still to be checked. */
function columnsOf(nodes: Nodes): Omit<Part, 'vectors'> {
  const { metadata, ...columns } = nodes[0] as Readonly<Record<string, unknown>>;
  const read = Object.fromEntries(Object.entries(columns).map(([name, index]) => [name, readValue(nodes, index)]));
  if (metadata === undefined) return read as unknown as Part;
  // Record by record: records share nothing, and each nests as deeply as one may.
  const rows = nodes[metadata as number];
  if (!Array.isArray(rows)) throw new Error('its metadata is no list');
  return { ...(read as unknown as Part), metadata: rows.map((row) => readOrKeep(nodes, row)) };
}

function isPart({ start, ids, metadata, withVector, vectors }: Part, dimensions: number, most: number): boolean {
  if (!Number.isSafeInteger(start) || start < 0 || !Array.isArray(ids) || ids.length > most) return false;
  if (!ids.every(isIdOrNone)) return false;
  if (metadata !== undefined && (!Array.isArray(metadata) || metadata.length !== ids.length)) return false;
  const isRow = (row: unknown, i: number, rows: readonly number[]): boolean =>
    Number.isInteger(row) && (row as number) > (rows[i - 1] ?? -1) && (row as number) < ids.length;
  if (withVector !== undefined && !(Array.isArray(withVector) && withVector.every(isRow))) return false;
  return vectors.length === (withVector ?? ids).length * dimensions;
}

function isIdOrNone(id: unknown): id is Id | undefined {
  return id === undefined || typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;
