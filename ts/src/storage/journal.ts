// The journal of a storage in files: records, each one commit of head and log. A record that a crash has cut short was never committed.

import { damaged } from '../errors.js';
import { crc32c } from './crc32c.js';
import type { FileHandle } from './node.js';
import type { Delete, Put } from './storage.js';

/** A record: bytes of its body, its number, checksum of these two, checksum of the body; then the body. */
export const RECORD_HEADER = 16;
/** An entry of a body: what it does, the key, bytes of the value; then the value. */
export const ENTRY_HEADER = 13;
const ENTRY = { head: 1, log: 2, forget: 3 } as const;

/** What an entry says. `at`: where in the body its value is. */
export interface JournalEntry {
  readonly kind: keyof typeof ENTRY;
  readonly key: number;
  readonly at: number;
  readonly length: number;
}

/** A body with what of a batch goes into the journal; empty: nothing. */
export function encodeBody(put: readonly Put[], deleted: readonly Delete[]): Uint8Array {
  const entries: (readonly [kind: number, key: number, value: Uint8Array])[] = [];
  for (const [store, key, value] of put) if (store !== 'chunks') entries.push([ENTRY[store], key, value]);
  for (const [store, key] of deleted) if (store === 'log') entries.push([ENTRY.forget, key, new Uint8Array()]);
  const body = new Uint8Array(entries.reduce((sum, [, , value]) => sum + ENTRY_HEADER + value.length, 0));
  const view = new DataView(body.buffer);
  let at = 0;
  for (const [kind, key, value] of entries) {
    view.setUint8(at, kind);
    view.setFloat64(at + 1, key, true);
    view.setUint32(at + 9, value.length, true);
    body.set(value, at + ENTRY_HEADER);
    at += ENTRY_HEADER + value.length;
  }
  return body;
}

/** @throws `DAMAGED` */
export function* entriesOf(body: Uint8Array): Generator<JournalEntry> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 0; at < body.length; ) {
    if (at + ENTRY_HEADER > body.length) throw damaged('the journal');
    const number = view.getUint8(at);
    const key = view.getFloat64(at + 1, true);
    const length = view.getUint32(at + 9, true);
    at += ENTRY_HEADER;
    const kind = (['head', 'log', 'forget'] as const).find((name) => ENTRY[name] === number);
    if (kind === undefined || at + length > body.length) throw damaged('the journal');
    yield { kind, key, at, length };
    at += length;
  }
}

export function encodeRecord(number: number, body: Uint8Array): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER + body.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, body.length, true);
  view.setUint32(4, number, true);
  view.setUint32(8, crc32c(record.subarray(0, 8)), true);
  view.setUint32(12, crc32c(body), true);
  record.set(body, RECORD_HEADER);
  return record;
}

/** What a journal holds, in its order. */
export type Found =
  /** A record: its number, and where its body is. */
  | { readonly number: number; readonly body: Uint8Array; readonly bodyAt: number }
  /** Bytes that are no record, and no record that a crash has torn. */
  | { readonly from: number; readonly to: number };

/** Of the smallest record. */
const SMALLEST = RECORD_HEADER + ENTRY_HEADER;
/** Bytes looked through at once for where records go on. */
const WINDOW = 1 << 20;
/** What a disk writes whole or not at all. */
const SECTOR = 512;

/** Reads the records of a journal, those behind damaged ones too. A last one that a crash has torn is left out. */
export async function* recordsOf(file: FileHandle, size: number): AsyncGenerator<Found, void, undefined> {
  let last = 0;
  for (let at = 0; at + RECORD_HEADER <= size; ) {
    const bodyAt = at + RECORD_HEADER;
    const header = headerOf(await readAll(file, new Uint8Array(RECORD_HEADER), at), 0);
    if (header?.number !== last + 1) {
      // Blocks that were given to the file and never written read as zeros.
      if (await isZero(file, bodyAt, size)) return;
      const next = await findRecord(file, at, size, last);
      yield { from: at, to: next?.at ?? size };
      if (next === undefined) return;
      at = next.at;
      last = next.number - 1;
      continue;
    }
    const end = bodyAt + header.length;
    if (end > size) return;
    const body = await readAll(file, new Uint8Array(header.length), bodyAt);
    if (crc32c(body) === header.checksum) yield { number: header.number, body, bodyAt };
    else if (!(await isZero(file, end, size))) yield { from: at, to: end };
    else if (isUnwritten(body, end)) return;
    else return yield { from: at, to: size };
    at = end;
    last = header.number;
  }
}

interface Header {
  readonly length: number;
  readonly number: number;
  /** Of the body. */
  readonly checksum: number;
}

/** Undefined where there is none. */
function headerOf(bytes: Uint8Array, at: number): Header | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, RECORD_HEADER);
  const length = view.getUint32(0, true);
  const isHeader = length > 0 && crc32c(bytes.subarray(at, at + 8)) === view.getUint32(8, true);
  return isHeader ? { length, number: view.getUint32(4, true), checksum: view.getUint32(12, true) } : undefined;
}

/**
 * The first whole record behind damaged bytes from `from` on, before which `last` was the last one. What a user has stored may look like a record;
 * it will hardly have a number that can come here, which is higher by no more than records fit between.
 */
async function findRecord(
  file: FileHandle,
  from: number,
  size: number,
  last: number,
): Promise<{ readonly at: number; readonly number: number } | undefined> {
  const window = new Uint8Array(WINDOW + RECORD_HEADER);
  /** Bytes that may be read for bodies that turn out to be none: those of true records are no more than this. */
  let budget = size;
  for (let start = from; start + RECORD_HEADER <= size; start += WINDOW) {
    const part = await readAll(file, window.subarray(0, Math.min(window.length, size - start)), start);
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    for (let i = 0; i < WINDOW && i + RECORD_HEADER <= part.length; i++) {
      const at = start + i;
      const ahead = view.getUint32(i + 4, true) - last;
      if (ahead < 1 || ahead > 1 + (at - from) / SMALLEST) continue;
      const bodyAt = at + RECORD_HEADER;
      const length = view.getUint32(i, true);
      if (length > Math.min(size - bodyAt, budget)) continue;
      const header = headerOf(part, i);
      if (header === undefined) continue;
      budget -= length;
      if (crc32c(await readAll(file, new Uint8Array(length), bodyAt)) === header.checksum) {
        return { at, number: header.number };
      }
    }
  }
  return undefined;
}

/** Whether the end of a last record was given to the file and never written; `end`: where in the file it ends. */
function isUnwritten(body: Uint8Array, end: number): boolean {
  const sector = ((end - 1) % SECTOR) + 1;
  return body.subarray(-sector).every((byte) => byte === 0);
}

export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
  }
}

export async function readAll<T extends Uint8Array>(file: FileHandle, into: T, position: number): Promise<T> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, into.length - at, position + at);
    if (bytesRead === 0) throw new Error('the journal is shorter than it was');
    at += bytesRead;
  }
  return into;
}

async function isZero(file: FileHandle, from: number, to: number): Promise<boolean> {
  const window = new Uint8Array(1 << 16);
  for (let at = from; at < to; at += window.length) {
    const part = window.subarray(0, Math.min(window.length, to - at));
    await readAll(file, part, at);
    if (part.some((byte) => byte !== 0)) return false;
  }
  return true;
}
