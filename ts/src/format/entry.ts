// One entry of the log as bytes: a transaction, as it was asked for. Played in order on the same rows, entries lead to the same rows, in any tab
// and after any crash.
//
// A frame is a header, text that says what is to be done, and the parts of the write. Its checksum covers all of it, and its number must be the
// one it is stored under.

import type { WriteKind } from '../base/calls.js';
import { crc32c } from '../base/crc32c.js';
import { damaged, EdgeVecError } from '../base/errors.js';
import type { Id } from '../base/types.js';
import { type ChunkRef, isChunkRef } from './chunk.js';
import { checkVersion, FORMAT_VERSION } from './head.js';

/** Who wrote an entry, and which of its entries it is: by this a writer knows its own again. */
export interface Origin {
  readonly writer: string;
  readonly number: number;
}

export interface WriteEntry extends Origin {
  readonly kind: WriteKind;
  /** Ids chosen for records that came without, in order. They follow one another, so the first is enough. */
  readonly firstChosen: number;
  /** Chunks that hold the first parts, some each, of a write too large for one frame. */
  readonly stored: readonly ChunkRef[];
  /** The other parts, each as `encodePart` makes it. */
  readonly parts: readonly Uint8Array[];
}

export interface DeleteEntry extends Origin {
  readonly kind: 'delete';
  readonly ids: readonly Id[];
}

export type Entry = WriteEntry | DeleteEntry;

const MAGIC = 0x52465645; // "EVFR"
/** Magic, version, number, bytes of text, checksum of all that follows and of the header before it. */
const HEADER = 24;
const CRC = 20;

/** The text of a write: its parts by their bytes. */
type Said = (Omit<WriteEntry, 'parts'> & { readonly parts: readonly number[] }) | DeleteEntry;

export function encodeFrame(seq: number, entry: Entry): Uint8Array<ArrayBuffer> {
  const parts = entry.kind === 'delete' ? [] : entry.parts;
  const said: Said = entry.kind === 'delete' ? entry : { ...entry, parts: parts.map(({ length }) => length) };
  const text = new TextEncoder().encode(JSON.stringify(said));
  const length = parts.reduce((sum, part) => sum + part.length, HEADER + text.length);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, FORMAT_VERSION, true);
  view.setFloat64(8, seq, true);
  view.setUint32(16, text.length, true);
  bytes.set(text, HEADER);
  let at = HEADER + text.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  view.setUint32(CRC, checksum(bytes), true);
  return bytes;
}

/**
 * Only bytes that are not those that were written are damaged. An entry whose checksum is right was
 * written on purpose: if this reader cannot take it, the reader is at fault, and the entry stays.
 *
 * @throws `DAMAGED` if the bytes fail their own checksum, `UNSUPPORTED_FORMAT` if they do not and cannot be read here
 */
export function decodeFrame(bytes: Uint8Array, seq: number): Entry {
  const wrong = (): EdgeVecError => damaged(`entry ${seq} of the log`);
  if (bytes.length < HEADER) throw wrong();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw wrong();
  checkVersion(view.getUint32(4, true));
  const start = HEADER + view.getUint32(16, true);
  const whole = start <= bytes.length && view.getFloat64(8, true) === seq;
  if (!whole || checksum(bytes) !== view.getUint32(CRC, true)) throw wrong();
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER, start)));
  } catch (cause) {
    throw unreadable(seq, cause);
  }
  if (!isSaid(said)) throw unreadable(seq);
  if (said.kind === 'delete') return said;
  let at = start;
  const parts = said.parts.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  });
  if (at !== bytes.length) throw unreadable(seq);
  return { ...said, parts };
}

/** The error of an entry that cannot be taken here, though its bytes are as they were written. */
export function unreadable(seq: number, cause?: unknown): EdgeVecError {
  const problem = `Entry ${seq} of the log is whole, and cannot be read here`;
  const why = cause instanceof EdgeVecError ? (cause.cause ?? cause.problem) : cause;
  return new EdgeVecError('UNSUPPORTED_FORMAT', problem, {
    expected: 'an entry that this version of EdgeVec can read on this platform',
    remedy:
      'Nothing was changed. Open the database where it was written, or with a newer version; EdgeVec.salvage gives back what can be read here.',
    ...(cause === undefined ? {} : { got: why instanceof Error ? why.message : String(why), cause }),
  });
}

/** The chunks that an entry names for its parts. What a damaged entry names cannot be known: none. */
export function partsIfReadable(frame: Uint8Array, seq: number): string[] {
  try {
    const entry = decodeFrame(frame, seq);
    return entry.kind === 'delete' ? [] : entry.stored.map(({ name }) => name);
  } catch {
    return [];
  }
}

function isSaid(value: unknown): value is Said {
  if (typeof value !== 'object' || value === null) return false;
  const said = value as Said;
  if (typeof said.writer !== 'string' || !isCount(said.number)) return false;
  if (said.kind === 'delete') return Array.isArray(said.ids) && said.ids.every(isId);
  return (
    ['insert', 'upsert', 'update'].includes(said.kind) &&
    isChosen(said.firstChosen) &&
    Array.isArray(said.stored) &&
    said.stored.every(isChunkRef) &&
    Array.isArray(said.parts) &&
    said.parts.every(isCount)
  );
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
/** Version 1.0.0-alpha.1 chose 2^53 behind the largest safe integer, and acknowledged it. */
const isChosen = (id: unknown): id is number => isCount(id) || id === 2 ** 53;
const isId = (id: unknown): id is Id => typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));

/** Of everything but the checksum itself. */
function checksum(bytes: Uint8Array): number {
  return crc32c(bytes.subarray(HEADER), crc32c(bytes.subarray(0, CRC)));
}
