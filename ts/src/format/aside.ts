// Entries cut off a damaged log, as chunks. Each entry keeps its stored bytes, behind its number,
// its length and a checksum of the number and the length. The bytes of an entry may be damaged.

import { damaged, type EdgeVecError } from '../base/errors.js';
import { ByteReader, ByteWriter } from './bytes.js';

/** An entry as stored: the bytes may be damaged. */
export type StoredEntry = readonly [seq: number, bytes: Uint8Array];

/** Entries in the order of their numbers. */
export interface Aside {
  /** The name of the checkpoint before the entries. */
  readonly checkpoint: string;
  /** The number of the last entry that the log kept. */
  readonly after: number;
  readonly entries: readonly StoredEntry[];
}

const MAGIC = 0x534c5645; // "EVLS"
/**
 * Magic, version, `after`, length of the checkpoint's name, checksum of these fields and of the
 * name. The name follows.
 */
const HEADER = 24;
/** For an entry: number, length of the bytes, checksum of these two. The bytes follow. */
const ENTRY_HEADER = 16;
/** About how many bytes of entries a chunk holds. */
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

/** Reads the chunk as far as possible. Undefined if the header cannot be read. */
export function decodeAside(bytes: Uint8Array): Aside | undefined {
  const reader = new ByteReader(bytes, (): EdgeVecError => damaged('the entries that were cut off the log'));
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
    // The entries read so far are whole.
  }
  return header && { ...header, entries };
}
