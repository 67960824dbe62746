// A part of a write as bytes. All fields except the vectors are a text written by devalue. The
// vectors follow at a multiple of four bytes, with the caller's numbers. A part has no checksum:
// the frame or the chunk around the part has a checksum.

import type { Part } from '../base/calls.js';
import { damaged, EdgeVecError } from '../base/errors.js';
import type { Id } from '../base/types.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { isCount, isId } from './fields.js';
import { type Nodes, parseNodes, readValue } from './value/read.js';
import { serialize } from './value/text.js';
import { readOrKeep } from './value/unread.js';
import { unknownField } from './version.js';

/** Some records of a write, as stored. */
export interface StoredPart {
  /** The row of the write where the part begins. */
  readonly start: number;
  /** `undefined` for a record that gets a chosen id. */
  readonly ids: readonly (Id | undefined)[];
  /** The records with a vector, by position in the part. Left out if all records have a vector. */
  readonly withVector?: readonly number[];
  /**
   * Left out if no record has metadata. Metadata that this version cannot read is `Unread`
   * (value/unread.ts).
   */
  readonly metadata?: readonly (object | undefined)[];
  /** A flat array: `dimensions` numbers for each record with a vector. */
  readonly vectors: Float32Array;
}

type Columns = Omit<StoredPart, 'vectors'>;

/**
 * The columns in the text, in this order. The type asks for each field of the message. A field
 * without a column would be lost when the log is read.
 */
const COLUMNS: Readonly<Record<Exclude<keyof Part | keyof StoredPart, 'vectors'>, true>> = {
  start: true,
  ids: true,
  withVector: true,
  metadata: true,
};
const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof Columns)[];

const WHAT = 'a write';
/** Bytes of text, count of numbers in the vectors. */
const HEADER = 8;

export function encodePart(part: StoredPart): Uint8Array<ArrayBuffer> {
  const columns = COLUMN_NAMES.filter((name) => part[name] !== undefined).map((name) => [name, part[name]]);
  const text = new TextEncoder().encode(serialize(Object.fromEntries(columns)));
  const { vectors } = part;
  const start = HEADER + padded(text.length);
  const writer = new ByteWriter(start + vectors.length * 4);
  const { bytes } = writer.uint32(text.length).uint32(vectors.length).put(text);
  new Float32Array(bytes.buffer, start).set(vectors);
  return bytes;
}

/** Parts stored one after the other. @throws like `decodePart` */
export function* decodeParts(bytes: Uint8Array, dimensions: number): Generator<StoredPart> {
  const wrong = (): EdgeVecError => damaged(WHAT);
  for (let at = 0; at < bytes.length; ) {
    const reader = new ByteReader(bytes.subarray(at), wrong);
    const length = HEADER + padded(reader.uint32()) + reader.uint32() * 4;
    if (length > bytes.length - at) throw wrong();
    yield decodePart(bytes.subarray(at, at + length), dimensions);
    at += length;
  }
}

/**
 * @throws `DAMAGED` if the bytes are broken; `UNSUPPORTED_FORMAT` if the bytes are whole and this
 * version does not know their content
 */
export function decodePart(bytes: Uint8Array, dimensions: number): StoredPart {
  const reader = new ByteReader(bytes, () => damaged(WHAT));
  const [length, count] = [reader.uint32(), reader.uint32()];
  if (reader.left !== padded(length) + count * 4) throw damaged(WHAT);
  const columns = readColumns(reader.take(length));
  reader.take(padded(length) - length);
  // A copy, since the bytes may not be aligned, and the receiver of a part owns its buffers.
  const vectors = new Float32Array(reader.rest().slice().buffer);
  const part = { ...columns, vectors };
  // Without a limit, a few bytes of text could describe a sparse list with billions of positions.
  if (!isPart(part, dimensions, length)) throw damaged(WHAT);
  return part;
}

/**
 * The number of dimensions of a part in which each record has a vector. 0 if the part has no
 * records. The function does not read the metadata.
 *
 * @throws if the bytes are broken
 */
export function dimensionsOf(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes, () => damaged(WHAT));
  const [length, numbers] = [reader.uint32(), reader.uint32()];
  const nodes = parseNodes(new TextDecoder().decode(reader.take(length)));
  const ids = nodes[(nodes[0] as { ids: number }).ids] as readonly unknown[];
  return ids.length === 0 ? 0 : numbers / ids.length;
}

function readColumns(bytes: Uint8Array): Columns {
  try {
    return columnsOf(parseNodes(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw cause instanceof EdgeVecError ? cause : damaged(WHAT, cause);
  }
}

/** Reads each column by its name. The caller still checks that the columns form a part. */
function columnsOf(nodes: Nodes): Columns {
  const root = nodes[0];
  if (typeof root !== 'object' || root === null || Array.isArray(root))
    throw new Error('the columns of the part are not an object');
  const indexes = root as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(indexes)) {
    if (!Object.hasOwn(COLUMNS, name)) throw unknownField(WHAT, name);
  }
  const { start, ids, withVector, metadata } = indexes;
  const columns = { start: readValue(nodes, start), ids: readValue(nodes, ids) };
  const partly = withVector === undefined ? columns : { ...columns, withVector: readValue(nodes, withVector) };
  if (metadata === undefined) return partly as Columns;
  // Each record is read alone, since records share no values, and each record may have the full
  // number of levels.
  const rows = nodes[metadata as number];
  if (!Array.isArray(rows)) throw new Error('the metadata of the part is not a list');
  return { ...(partly as Columns), metadata: rows.map((row) => readOrKeep(nodes, row)) };
}

function isPart({ start, ids, metadata, withVector, vectors }: StoredPart, dimensions: number, most: number): boolean {
  if (!isCount(start) || !Array.isArray(ids) || ids.length > most) return false;
  if (!ids.every((id) => id === undefined || isId(id))) return false;
  if (metadata !== undefined && (!Array.isArray(metadata) || metadata.length !== ids.length)) return false;
  const isRow = (row: unknown, i: number, rows: readonly number[]): boolean =>
    Number.isInteger(row) && (row as number) > (rows[i - 1] ?? -1) && (row as number) < ids.length;
  if (withVector !== undefined && !(Array.isArray(withVector) && withVector.every(isRow))) return false;
  return vectors.length === (withVector ?? ids).length * dimensions;
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;
