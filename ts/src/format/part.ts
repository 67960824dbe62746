// A part of a write as bytes: everything but vectors as text, as devalue writes it; then the
// vectors as they came, on a multiple of four bytes. Whoever stores them checks their sum.

import type { Part } from '../base/calls.js';
import { damaged, EdgeVecError } from '../base/errors.js';
import type { Id } from '../base/types.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { isCount, isId } from './fields.js';
import { type Nodes, parseNodes, readValue } from './value/read.js';
import { toText } from './value/text.js';
import { readOrKeep } from './value/unread.js';
import { unknownField } from './version.js';

/** Some records of a write, as they are stored. */
export interface StoredPart {
  /** Which row of the write its first record is. */
  readonly start: number;
  /** `undefined`: one is chosen. */
  readonly ids: readonly (Id | undefined)[];
  /** Which records have a vector; left out: all. */
  readonly withVector?: readonly number[];
  /** Left out: no record has any. Metadata that is not read here is `Unread` (value/unread.ts). */
  readonly metadata?: readonly (object | undefined)[];
  /** Flat: `dimensions` numbers for each record that has a vector. */
  readonly vectors: Float32Array;
}

type Columns = Omit<StoredPart, 'vectors'>;

/**
 * The columns that are stored as text, in this order. A field of a message that is not stored would
 * be lost when the log is read: the type asks for each.
 */
const COLUMNS: Readonly<Record<Exclude<keyof Part | keyof StoredPart, 'vectors'>, true>> = {
  start: true,
  ids: true,
  withVector: true,
  metadata: true,
};
const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof Columns)[];

const WHAT = 'a write';
/** Bytes of text, numbers in vectors. */
const HEADER = 8;

export function encodePart(part: StoredPart): Uint8Array<ArrayBuffer> {
  const columns = COLUMN_NAMES.filter((name) => part[name] !== undefined).map((name) => [name, part[name]]);
  const text = new TextEncoder().encode(toText(Object.fromEntries(columns)));
  const { vectors } = part;
  const start = HEADER + padded(text.length);
  const writer = new ByteWriter(start + vectors.length * 4);
  const { bytes } = writer.uint32(text.length).uint32(vectors.length).put(text);
  new Float32Array(bytes.buffer, start).set(vectors);
  return bytes;
}

/** Parts, one behind the other. @throws as `decodePart` */
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

/** @throws `DAMAGED` if the bytes are broken; `UNSUPPORTED_FORMAT` if they are whole, and not known here */
export function decodePart(bytes: Uint8Array, dimensions: number): StoredPart {
  const reader = new ByteReader(bytes, () => damaged(WHAT));
  const [length, count] = [reader.uint32(), reader.uint32()];
  if (reader.left !== padded(length) + count * 4) throw damaged(WHAT);
  const columns = readColumns(reader.take(length));
  reader.take(padded(length) - length);
  // A copy: the bytes need not be aligned, and a part is handed over.
  const vectors = new Float32Array(reader.rest().slice().buffer);
  const part = { ...columns, vectors };
  // Lists may be sparse: a few bytes of text speak of billions of places.
  if (!isPart(part, dimensions, length)) throw damaged(WHAT);
  return part;
}

/**
 * How many numbers each vector of a part has, in which each record has a vector; 0 if it has no
 * records. Metadata is not read.
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

/** Columns, each as it is said to be: whether they are those of a part is still to be checked. */
function columnsOf(nodes: Nodes): Columns {
  const root = nodes[0];
  if (typeof root !== 'object' || root === null || Array.isArray(root)) throw new Error('its columns are none');
  const indexes = root as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(indexes)) {
    if (!Object.hasOwn(COLUMNS, name)) throw unknownField(WHAT, name);
  }
  const { start, ids, withVector, metadata } = indexes;
  const columns = { start: readValue(nodes, start), ids: readValue(nodes, ids) };
  const partly = withVector === undefined ? columns : { ...columns, withVector: readValue(nodes, withVector) };
  if (metadata === undefined) return partly as Columns;
  // Record by record: records share nothing, and each nests as deeply as one may.
  const rows = nodes[metadata as number];
  if (!Array.isArray(rows)) throw new Error('its metadata is no list');
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
