// One entry of the log as bytes: a transaction, as it was asked for. Played in order on the same rows, entries lead to the same rows, in any tab
// and after any crash.
//
// A frame is a header, text that says what is to be done, and the parts of the write. Its checksum covers all of it, and its number must be the
// one it is stored under.

import type { WriteKind } from '../base/calls.js';
import { damaged, EdgeVecError } from '../base/errors.js';
import type { Id } from '../base/types.js';
import { ByteReader, ByteWriter, lengthOf } from './bytes.js';
import { type ChunkRef, chunkRef } from './chunk.js';
import { count, id, isCount, list, object, oneOf, type Shape, scalar, text, UnknownField } from './fields.js';
import { unknownField } from './version.js';

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

/** The text of a write: its parts by their bytes. */
type WriteText = Omit<WriteEntry, 'parts'> & { readonly parts: readonly number[] };

/** Version 1.0.0-alpha.1 chose 2^53 behind the largest safe integer, and acknowledged it. */
const chosen: Shape<number> = scalar((value): value is number => isCount(value) || value === 2 ** 53);

const writeText: Shape<WriteText> = object<WriteText>({
  writer: text,
  number: count,
  kind: oneOf('insert', 'upsert', 'update'),
  firstChosen: chosen,
  stored: list(chunkRef),
  parts: list(count),
});

const deleteText: Shape<DeleteEntry> = object<DeleteEntry>({
  writer: text,
  number: count,
  kind: oneOf('delete'),
  ids: list(id),
});

export function encodeFrame(seq: number, entry: Entry): Uint8Array<ArrayBuffer> {
  const parts = entry.kind === 'delete' ? [] : entry.parts;
  const said =
    entry.kind === 'delete'
      ? deleteText.write(entry)
      : writeText.write({ ...entry, parts: parts.map(({ length }) => length) });
  const bytes = new TextEncoder().encode(JSON.stringify(said));
  const writer = new ByteWriter(HEADER + bytes.length + lengthOf(parts));
  writer.magic(MAGIC).float64(seq).uint32(bytes.length);
  const place = writer.at;
  writer.leaveChecksum().put(bytes);
  for (const part of parts) writer.put(part);
  return writer.seal(place).bytes;
}

/**
 * Only bytes that are not those that were written are damaged. An entry whose checksum is right was
 * written on purpose: if this reader cannot take it, the reader is at fault, and the entry stays.
 *
 * @throws `DAMAGED` if the bytes fail their own checksum, `UNSUPPORTED_FORMAT` if they do not and cannot be read here
 */
export function decodeFrame(bytes: Uint8Array, seq: number): Entry {
  const wrong = (): EdgeVecError => damaged(`entry ${seq} of the log`);
  const reader = new ByteReader(bytes, wrong);
  reader.magic(MAGIC);
  const number = reader.float64();
  const length = reader.uint32();
  const place = reader.at;
  reader.uint32();
  if (number !== seq) throw wrong();
  reader.checkSeal(place);
  // Whole from here on: a length that leads beyond the end was written so.
  const content = new ByteReader(reader.rest(), () => unreadable(seq));
  try {
    const said: unknown = JSON.parse(new TextDecoder().decode(content.take(length)));
    const entry = isDeletion(said) ? deleteText.read(said) : withParts(writeText.read(said), content);
    if (content.left > 0) throw unknownField('the entry');
    return entry;
  } catch (cause) {
    if (cause instanceof UnknownField) throw unreadable(seq, unknownField('the entry', cause.field));
    throw cause instanceof EdgeVecError && cause.problem === unreadable(seq).problem ? cause : unreadable(seq, cause);
  }
}

function isDeletion(said: unknown): boolean {
  return typeof said === 'object' && said !== null && (said as DeleteEntry).kind === 'delete';
}

function withParts(entry: WriteText, content: ByteReader): WriteEntry {
  return { ...entry, parts: entry.parts.map((size) => content.take(size)) };
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
