// What was cut off the end of a log. A damaged entry ends the log, and those behind it may be whole:
// they are kept beside it, as they were, until the next checkpoint takes the place of the one they
// followed. Then nobody can tell any more what they would change.

import { crc32c } from '../../base/crc32c.js';
import { partsIfReadable } from '../../format/entry.js';
import { FORMAT_VERSION } from '../../format/head.js';
import { kindOf } from '../../storage/names.js';
import type { Put, Storage } from '../../storage/storage.js';

/** What chunks of this kind are named. */
export const ASIDE = 'aside';

/** An entry as it was stored: its bytes may be damaged. */
export type Stored = readonly [seq: number, bytes: Uint8Array];

/** Entries in the order of their numbers. */
export interface Aside {
  /** The checkpoint that they followed. */
  readonly checkpoint: string;
  /** The number of the entry that the log ended with from then on. */
  readonly after: number;
  readonly entries: readonly Stored[];
}

const MAGIC = 0x534c5645; // "EVLS"
/** Magic, version, the entry they followed, length of the checkpoint's name, checksum of these and of the name; then the name. */
const HEADER = 24;
const CRC = 20;
/** Of an entry: its number, bytes of it, checksum of these; then the bytes. */
const ENTRY_HEADER = 16;
/** Of entries in one chunk, about. */
const CHUNK_BYTES = 1 << 20;

/** Chunks with all entries; `nameOf` gives the name of the next. */
export function encodeAside(aside: Aside, nameOf: (kind: string) => string): Put[] {
  const chunks: Put[] = [];
  let some: Stored[] = [];
  let size = 0;
  const end = (): void => {
    if (some.length > 0) chunks.push(['chunks', nameOf(ASIDE), encodeChunk({ ...aside, entries: some }, size)]);
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

function encodeChunk({ checkpoint, after, entries }: Aside, size: number): Uint8Array {
  const name = new TextEncoder().encode(checkpoint);
  const bytes = new Uint8Array(HEADER + name.length + size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, FORMAT_VERSION, true);
  view.setFloat64(8, after, true);
  view.setUint32(16, name.length, true);
  view.setUint32(CRC, crc32c(name, crc32c(bytes.subarray(0, CRC))), true);
  bytes.set(name, HEADER);
  let at = HEADER + name.length;
  for (const [seq, value] of entries) {
    view.setFloat64(at, seq, true);
    view.setUint32(at + 8, value.length, true);
    view.setUint32(at + 12, crc32c(bytes.subarray(at, at + 12)), true);
    bytes.set(value, at + ENTRY_HEADER);
    at += ENTRY_HEADER + value.length;
  }
  return bytes;
}

/** As far as it can be read: what is in it may be damaged as anything else. Undefined if that is nowhere. */
export function decodeAside(bytes: Uint8Array): Aside | undefined {
  if (bytes.length < HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = HEADER + view.getUint32(16, true);
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== FORMAT_VERSION || start > bytes.length) {
    return undefined;
  }
  const name = bytes.subarray(HEADER, start);
  if (crc32c(name, crc32c(bytes.subarray(0, CRC))) !== view.getUint32(CRC, true)) return undefined;
  const entries: Stored[] = [];
  for (let at = start; at + ENTRY_HEADER <= bytes.length; ) {
    if (crc32c(bytes.subarray(at, at + 12)) !== view.getUint32(at + 12, true)) break;
    const from = at + ENTRY_HEADER;
    const to = from + view.getUint32(at + 8, true);
    if (to > bytes.length) break;
    entries.push([view.getFloat64(at, true), bytes.subarray(from, to)]);
    at = to;
  }
  return { checkpoint: new TextDecoder().decode(name), after: view.getFloat64(8, true), entries };
}

/** What is set aside and was not taken over by a later checkpoint, in the order in which it was. */
export async function readAside(storage: Pick<Storage, 'read' | 'chunks'>, checkpoint?: string): Promise<Named[]> {
  const found: Named[] = [];
  const names = (await storage.chunks()).filter((name) => kindOf(name) === ASIDE);
  for (const name of names.sort(byTime)) {
    const bytes = await storage.read('chunks', name);
    const aside = bytes && decodeAside(bytes);
    if (aside !== undefined && (checkpoint === undefined || aside.checkpoint === checkpoint)) {
      found.push({ ...aside, name });
    }
  }
  return found;
}

export interface Named extends Aside {
  readonly name: string;
}

/** The chunks that are kept for what was cut off the log behind this checkpoint: those with the entries, and those with their parts. */
export async function chunksOfAside(storage: Storage, checkpoint: string): Promise<string[]> {
  const kept: string[] = [];
  for (const { name, entries } of await readAside(storage, checkpoint)) {
    kept.push(name);
    for (const [seq, bytes] of entries) kept.push(...partsIfReadable(bytes, seq));
  }
  return kept;
}

/** Names begin with the time they were made at, to the base of 36, and go on with the number of the name. */
function byTime(a: string, b: string): number {
  const [timeA, , numberA] = a.split('-');
  const [timeB, , numberB] = b.split('-');
  const time = Number.parseInt(timeA as string, 36) - Number.parseInt(timeB as string, 36);
  return time === 0 ? Number(numberA) - Number(numberB) : time;
}
