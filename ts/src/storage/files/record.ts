// The records of a journal. Each record is one commit of head and log.

import { crc32c } from '../../base/crc32c.js';
import { damaged } from '../../base/errors.js';
import type { Delete, Put } from '../storage.js';

/**
 * Bytes of a record's header: length of the body, number of the record, checksum of these two,
 * checksum of the body. The body follows.
 */
export const RECORD_HEADER = 16;
/** Bytes of an entry's header: kind, key, length of the value. The value follows. */
export const ENTRY_HEADER = 13;
const ENTRY = { head: 1, log: 2, forget: 3 } as const;

/** An entry of a record. `at` is the place of the value in the body. */
export interface JournalEntry {
  readonly kind: keyof typeof ENTRY;
  readonly key: number;
  readonly at: number;
  readonly length: number;
}

/** The body with the parts of a batch that go into the journal. Empty if no part does. */
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
