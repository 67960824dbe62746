// Finds the records of a journal. A record that a crash has cut short was never committed.

import { crc32c } from '../../base/crc32c.js';
import { readAll } from './io.js';
import type { FileHandle } from './node.js';
import { ENTRY_HEADER, RECORD_HEADER } from './record.js';

/** A piece of a journal. `recordsOf` gives the pieces in order. */
export type Found =
  /** A record: its number, its body, and the place of the body in the file. */
  | { readonly number: number; readonly body: Uint8Array; readonly bodyAt: number }
  /** Damaged bytes: no record, and no record cut short by a crash. */
  | { readonly from: number; readonly to: number };

/** Bytes of the smallest record. */
const SMALLEST = RECORD_HEADER + ENTRY_HEADER;
/** Bytes that the search for the next record reads at once. */
const WINDOW = 1 << 20;
/** Bytes that a disk writes whole or not at all. */
const SECTOR = 512;

/**
 * Reads the records of a journal, also the records behind damaged bytes. Leaves out a last record
 * that a crash has torn.
 */
export async function* recordsOf(file: FileHandle, size: number): AsyncGenerator<Found, void, undefined> {
  let last = 0;
  for (let at = 0; at + RECORD_HEADER <= size; ) {
    const bodyAt = at + RECORD_HEADER;
    const header = headerOf(await readAll(file, new Uint8Array(RECORD_HEADER), at), 0);
    if (header?.number !== last + 1) {
      // The system had given blocks to the file, and a crash came before the blocks were written.
      // Unwritten blocks read as zeros.
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
  /** The checksum of the body. */
  readonly checksum: number;
}

/** Undefined if the bytes are no header. */
function headerOf(bytes: Uint8Array, at: number): Header | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, RECORD_HEADER);
  const length = view.getUint32(0, true);
  const isHeader = length > 0 && crc32c(bytes.subarray(at, at + 8)) === view.getUint32(8, true);
  return isHeader ? { length, number: view.getUint32(4, true), checksum: view.getUint32(12, true) } : undefined;
}

/**
 * Finds the first whole record behind damaged bytes from `from` on. `last` is the number of the
 * last record before the damage. Bytes that a user has stored may look like a record. Such bytes
 * hardly have a possible number: the number of the next record exceeds `last` by no more than the
 * records that fit between.
 */
async function findRecord(
  file: FileHandle,
  from: number,
  size: number,
  last: number,
): Promise<{ readonly at: number; readonly number: number } | undefined> {
  const window = new Uint8Array(WINDOW + RECORD_HEADER);
  /**
   * Bytes that the search may still read as bodies. All bodies of true records together have no
   * more bytes. The limit keeps the search linear if many headers are false.
   */
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

/**
 * Whether the end of the last record was never written, though the system had given the file the
 * blocks. `end` is the end of the record in the file.
 */
function isUnwritten(body: Uint8Array, end: number): boolean {
  const sector = ((end - 1) % SECTOR) + 1;
  return body.subarray(-sector).every((byte) => byte === 0);
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
