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

/** What is at a place of the journal: a record's body; or how its end is met. */
export type Met =
  | { readonly body: Uint8Array }
  /** Nothing, or what a crash has left of a last record. */
  | { readonly end: 'torn' }
  /** A last record of full length with other bytes than were written: torn, or damaged later. */
  | { readonly end: 'wrong' }
  /** Bytes that are no record, with others behind them. */
  | { readonly end: 'damaged' };

export async function readRecord(file: FileHandle, position: number, size: number, number: number): Promise<Met> {
  const bodyAt = position + RECORD_HEADER;
  if (bodyAt > size) return { end: 'torn' };
  const header = await readAll(file, new Uint8Array(RECORD_HEADER), position);
  const view = new DataView(header.buffer);
  const length = view.getUint32(0, true);
  const isHeader =
    length > 0 && view.getUint32(4, true) === number && crc32c(header.subarray(0, 8)) === view.getUint32(8, true);
  // Blocks that were given to the file and never written read as zeros.
  if (!isHeader) return { end: (await isZero(file, bodyAt, size)) ? 'torn' : 'damaged' };
  const end = bodyAt + length;
  if (end > size) return { end: 'torn' };
  const body = await readAll(file, new Uint8Array(length), bodyAt);
  if (crc32c(body) === view.getUint32(12, true)) return { body };
  return { end: (await isZero(file, end, size)) ? 'wrong' : 'damaged' };
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
