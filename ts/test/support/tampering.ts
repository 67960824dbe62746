// Reads and changes the stored values of a database without the library.

import { crc32c } from '../../src/base/crc32c.js';
import { encodeFrame, type WriteEntry } from '../../src/format/entry.js';
import { decodeHead, encodeHead } from '../../src/format/head.js';
import { encodePart } from '../../src/format/part.js';

/**
 * Values by key: `head`, `log/7`, `chunks/name`. In files, values by path: `journal`,
 * `chunks/name`. Values are bytes, unless a test stores other values.
 */
export type Values = Map<string, unknown>;

export interface Tampering {
  read(name: string): Promise<Values>;
  /** Replaces all stored values. Nobody may have the database open. */
  write(name: string, values: Values): Promise<void>;
  /** Removes the head. In files, removes the whole journal. */
  loseHead(values: Values): void;
  /** Appends an entry to the log. `make` returns the bytes for the number of the entry. */
  append(values: Values, make: (seq: number) => Uint8Array): void;
  /** Flips a bit of an entry, counted back from the last entry. */
  flipEntry(values: Values, back: number): void;
}

export const bytesAt = (values: Values, key: string): Uint8Array => values.get(key) as Uint8Array;

/** The keys of chunks whose names match. */
export function chunksOf(values: Values, kind: RegExp): string[] {
  return [...values.keys()].filter((key) => key.startsWith('chunks/') && kind.test(key)).sort();
}

export function flipped(bytes: Uint8Array, at = bytes.length >> 1): Uint8Array {
  const changed = bytes.slice();
  changed[at] = (changed[at] as number) ^ 4;
  return changed;
}

/** Whether both hold the same values. */
export function same(a: Values, b: Values): boolean {
  const inWords = (values: Values): string =>
    JSON.stringify(
      [...values]
        .sort(([x], [y]) => (x < y ? -1 : 1))
        .map(([key, value]) => [key, value instanceof Uint8Array ? [value.length, crc32c(value)] : String(value)]),
    );
  return inWords(a) === inWords(b);
}

/** A write of one row, as another version might log it. */
export function entryOf(more: Partial<WriteEntry> & { readonly vector?: readonly number[] } = {}): WriteEntry {
  const { vector = [1, 2], ...entry } = more;
  const part = encodePart({ start: 0, ids: ['entry'], vectors: Float32Array.from(vector) });
  return { kind: 'upsert', writer: 'another', number: 1, firstChosen: 0, stored: [], parts: [part], ...entry };
}

/** An entry with a valid checksum and any text. */
export function frameOf(seq: number, text: string, parts: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(24 + json.length + parts.length);
  bytes.set(encodeFrame(seq, { kind: 'delete', writer: '', number: 0, ids: [] }).subarray(0, 24));
  bytes.set(json, 24);
  bytes.set(parts, 24 + json.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, json.length, true);
  view.setUint32(20, crc32c(bytes.subarray(24), crc32c(bytes.subarray(0, 20))), true);
  return bytes;
}

/** The head after a further entry. */
export function nextHead(head: Uint8Array): { readonly seq: number; readonly bytes: Uint8Array } {
  const before = decodeHead(head);
  const seq = before.seq + 1;
  return { seq, bytes: encodeHead({ ...before, seq }) };
}

const PREFIX = 'edgevec:';
const STORES = ['head', 'log', 'chunks'] as const;

/** Tampering with databases in IndexedDB. */
export const inIndexedDb: Tampering = {
  async read(name) {
    const values: Values = new Map();
    await connected(name, async (db) => {
      const transaction = db.transaction(STORES);
      for (const store of STORES) {
        const [keys, all] = await Promise.all([
          answer(transaction.objectStore(store).getAllKeys()),
          answer(transaction.objectStore(store).getAll()),
        ]);
        for (const [i, key] of keys.entries()) {
          // Skips reserved room, because the reserve does not belong to the contents of the
          // database.
          if (String(key).startsWith('reserve:')) continue;
          values.set(store === 'head' ? 'head' : `${store}/${key}`, all[i]);
        }
      }
    });
    return values;
  },
  write: (name, values) =>
    connected(name, async (db) => {
      const transaction = db.transaction(STORES, 'readwrite');
      for (const store of STORES) transaction.objectStore(store).clear();
      for (const [path, value] of values) {
        const [store, key] = split(path);
        transaction.objectStore(store).put(value, key);
      }
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
    }),
  loseHead: (values) => void values.delete('head'),
  append(values, make) {
    const { seq, bytes } = nextHead(bytesAt(values, 'head'));
    values.set(`log/${seq}`, make(seq));
    values.set('head', bytes);
  },
  flipEntry(values, back) {
    const key = `log/${decodeHead(bytesAt(values, 'head')).seq - back}`;
    values.set(key, flipped(bytesAt(values, key)));
  },
};

function split(path: string): [store: (typeof STORES)[number], key: number | string] {
  if (path === 'head') return ['head', 0];
  const at = path.indexOf('/');
  const [store, key] = [path.slice(0, at), path.slice(at + 1)];
  return store === 'log' ? ['log', Number(key)] : ['chunks', key];
}

async function connected<T>(name: string, run: (db: IDBDatabase) => Promise<T>): Promise<T> {
  const db = await answer(indexedDB.open(PREFIX + name));
  try {
    return await run(db);
  } finally {
    db.close();
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
