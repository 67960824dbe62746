// An entry of the log as bytes: a transaction as the caller asked for it. The same entries, applied
// in order to the same rows, give the same rows in every tab and after every crash.
//
// A frame is a header, a text that describes the change, and the parts of the write. The checksum
// covers the whole frame. The number in the header must be the number under which the frame is
// stored.

import type { WriteKind } from '../base/calls.js';
import { damaged, EdgeVecError } from '../base/errors.js';
import type { Id } from '../base/types.js';
import { ByteReader, ByteWriter, lengthOf } from './bytes.js';
import { type ChunkRef, chunkRef } from './chunk.js';
import { count, id, isCount, list, object, oneOf, type Shape, scalar, text, UnknownField } from './fields.js';
import { unknownField } from './version.js';

/**
 * The writer of an entry, and the number of the entry among the writer's entries. A writer
 * recognises its own entries by the origin.
 */
export interface Origin {
  readonly writer: string;
  readonly number: number;
}

export interface WriteEntry extends Origin {
  readonly kind: WriteKind;
  /** The rows to remove after the write. Only in a `'replace'`. */
  readonly removed?: readonly Id[];
  /** The first id chosen for a record without an id. The ids of further records follow in order. */
  readonly firstChosen: number;
  /**
   * The chunks with the first parts of a write too large for one frame. A chunk may hold several
   * parts.
   */
  readonly stored: readonly ChunkRef[];
  /** The other parts, as bytes of `encodePart`. */
  readonly parts: readonly Uint8Array[];
}

export interface DeleteEntry extends Origin {
  readonly kind: 'delete';
  readonly ids: readonly Id[];
}

export type Entry = WriteEntry | DeleteEntry;

const MAGIC = 0x52465645; // "EVFR"
/**
 * Magic, version, number, bytes of text, checksum of all bytes behind the header and of the fields
 * before the checksum.
 */
const HEADER = 24;

/** The text of a write. Each part is given by its number of bytes. */
type WriteText = Omit<WriteEntry, 'parts' | 'removed'> & { readonly parts: readonly number[] };
type ReplaceText = WriteText & Required<Pick<WriteEntry, 'removed'>>;

/**
 * If the largest safe integer was an id, version 1.0.0-alpha.1 chose 2^53, and confirmed the write.
 */
const chosen: Shape<number> = scalar((value): value is number => isCount(value) || value === 2 ** 53);

const writeText: Shape<WriteText> = object<WriteText>({
  writer: text,
  number: count,
  kind: oneOf('insert', 'upsert', 'update'),
  firstChosen: chosen,
  stored: list(chunkRef),
  parts: list(count),
});

const replaceText: Shape<ReplaceText> = object<ReplaceText>({
  writer: text,
  number: count,
  kind: oneOf('replace'),
  firstChosen: chosen,
  stored: list(chunkRef),
  parts: list(count),
  removed: list(id),
});

const deleteText: Shape<DeleteEntry> = object<DeleteEntry>({
  writer: text,
  number: count,
  kind: oneOf('delete'),
  ids: list(id),
});

export function encodeFrame(seq: number, entry: Entry): Uint8Array<ArrayBuffer> {
  const parts = entry.kind === 'delete' ? [] : entry.parts;
  const bytes = new TextEncoder().encode(JSON.stringify(textOf(entry)));
  const writer = new ByteWriter(HEADER + bytes.length + lengthOf(parts));
  writer.magic(MAGIC).float64(seq).uint32(bytes.length);
  const place = writer.at;
  writer.leaveChecksum().put(bytes);
  for (const part of parts) writer.put(part);
  return writer.seal(place).bytes;
}

function textOf(entry: Entry): unknown {
  if (entry.kind === 'delete') return deleteText.write(entry);
  const { removed = [], ...write } = entry;
  const parts = entry.parts.map(({ length }) => length);
  return entry.kind === 'replace'
    ? replaceText.write({ ...write, parts, removed })
    : writeText.write({ ...write, parts });
}

/**
 * Only a frame with a wrong header or checksum is damaged. Every other frame was written on
 * purpose. If this version cannot read a whole frame, the fault is in the reader, and the entry
 * stays in the log.
 *
 * @throws `DAMAGED` if the magic number, the entry's number or the checksum is wrong;
 * `UNSUPPORTED_FORMAT` if all three are right and the frame cannot be read here
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
  // The bytes are whole from here on. A length beyond the end was written on purpose, and is no
  // damage.
  const content = new ByteReader(reader.rest(), () => unreadable(seq));
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(content.take(length)));
    const entry = isOf(json, 'delete')
      ? deleteText.read(json)
      : withParts((isOf(json, 'replace') ? replaceText : writeText).read(json), content);
    if (content.left > 0) throw unknownField('the entry');
    return entry;
  } catch (cause) {
    if (cause instanceof UnknownField) throw unreadable(seq, unknownField('the entry', cause.field));
    throw cause instanceof EdgeVecError && cause.problem.startsWith(problemOf(seq)) ? cause : unreadable(seq, cause);
  }
}

function isOf(json: unknown, kind: Entry['kind']): boolean {
  return typeof json === 'object' && json !== null && (json as Entry).kind === kind;
}

function withParts(entry: WriteText, content: ByteReader): WriteEntry {
  return { ...entry, parts: entry.parts.map((size) => content.take(size)) };
}

function problemOf(seq: number): string {
  return `Entry ${seq} of the log has the right checksum, and cannot be read here`;
}

/** The error for an entry with a right checksum that cannot be read here. */
export function unreadable(seq: number, cause?: unknown): EdgeVecError {
  const problem = problemOf(seq);
  const why = cause instanceof EdgeVecError ? (cause.cause ?? cause.problem) : cause;
  const reason = why instanceof Error ? why.message : String(why);
  return new EdgeVecError('UNSUPPORTED_FORMAT', cause === undefined ? problem : `${problem}: ${reason}`, {
    remedy:
      'Nothing was changed. Open the database with the EdgeVec version and on the platform that wrote the entry, or with a newer version. EdgeVec.salvage returns all rows that can be read here.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The chunks that an entry names for its parts. Empty if the entry cannot be read. */
export function partsIfReadable(frame: Uint8Array, seq: number): string[] {
  try {
    const entry = decodeFrame(frame, seq);
    return entry.kind === 'delete' ? [] : entry.stored.map(({ name }) => name);
  } catch {
    return [];
  }
}
