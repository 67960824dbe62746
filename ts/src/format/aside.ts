// What was cut off a damaged log, as chunks: entries as they were stored, each behind its number, its
// length and a checksum of these. An entry's own bytes may be damaged.

import { damaged, type EdgeVecError } from '../base/errors.js';
import { ByteReader, ByteWriter } from './bytes.js';

/** An entry as it was stored: its bytes may be damaged. */
export type StoredEntry = readonly [seq: number, bytes: Uint8Array];

/** Entries in the order of their numbers. */
export interface Aside {
  /** The checkpoint that they followed. */
  readonly checkpoint: string;
  /** The number of the entry that the log ended with from then on. */
  readonly after: number;
  readonly entries: readonly StoredEntry[];
}

const MAGIC = 0x534c5645; // "EVLS"
/** Magic, version, the entry they followed, length of the checkpoint's name, checksum of these and of the name; then the name. */
const HEADER = 24;
/** Of an entry: its number, bytes of it, checksum of these; then the bytes. */
const ENTRY_HEADER = 16;
/** Of entries in one chunk, about. */
const CHUNK_BYTES = 1 << 20;

/** The chunks that hold all entries. */
export function encodeAside(aside: Aside): Uint8Array<ArrayBuffer>[] {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let some: StoredEntry[] = [];
  let size = 0;
  const end = (): void => {
    if (some.length > 0) chunks.push(encodeChunk({ ...aside, entries: some }, size));
    some = [];
    size = 0;
  };
  for (const entry of aside.entries) {
    some.push(entry);
    size += ENTRY_HEADER + entry[1].length;
    if (size >= CHUNK_BYTES) end();
  }
  end();
  return chunks;
}

function encodeChunk({ checkpoint, after, entries }: Aside, size: number): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(checkpoint);
  const writer = new ByteWriter(HEADER + name.length + size);
  writer.magic(MAGIC).float64(after).uint32(name.length);
  const place = writer.at;
  writer.leaveChecksum().put(name).seal(place);
  for (const [seq, bytes] of entries) {
    const from = writer.at;
    writer.float64(seq).uint32(bytes.length).checksum(from).put(bytes);
  }
  return writer.bytes;
}

/** As far as the chunk can be read. Undefined if nothing of it can. */
export function decodeAside(bytes: Uint8Array): Aside | undefined {
  const reader = new ByteReader(bytes, (): EdgeVecError => damaged('what was cut off the log'));
  const entries: StoredEntry[] = [];
  let header: Omit<Aside, 'entries'> | undefined;
  try {
    reader.magic(MAGIC);
    const after = reader.float64();
    const length = reader.uint32();
    const place = reader.at;
    reader.uint32();
    const name = reader.take(length);
    reader.checkSeal(place, reader.at);
    header = { checkpoint: new TextDecoder().decode(name), after };
    while (reader.left > 0) {
      const from = reader.at;
      const seq = reader.float64();
      const size = reader.uint32();
      reader.checksum(from);
      entries.push([seq, reader.take(size)]);
    }
  } catch {
    // What has been read so far is whole.
  }
  return header && { ...header, entries };
}
