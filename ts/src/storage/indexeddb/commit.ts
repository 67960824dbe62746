// Applies a batch in one transaction.
//
// A transaction commits early if it waits for anything but its own requests. No code here lets a
// transaction do so. Each promise of a transaction has a listener: the browser would report a
// rejection without a listener as an unhandled error.

import { alone, type Batch, type StoreName, sameBytes } from '../storage.js';
import { STORES, type Stores, type WriteTransaction } from './idb.js';

/**
 * Bytes. Chromium keeps values of this size and more in separate files, and syncs the files only
 * with the transaction that wrote the values. After a power failure, a later strict transaction
 * could be there without the files.
 */
const LARGE_BYTES = 1 << 16;
/**
 * Bytes that one turn of the event loop copies into the browser's database process. Copying 16 MB
 * at once takes 30 ms.
 */
const TURN_BYTES = 1 << 20;

/**
 * Applies a batch. False if the batch does not apply: nothing has changed then.
 *
 * @param watch gets the end of the transaction
 */
export function commitTo(db: Stores, batch: Batch, watch: (done: Promise<void>) => void): Promise<boolean> {
  const { put = [] } = batch;
  const strict = batch.strict || put.some(([, , value]) => value.length >= LARGE_BYTES);
  const stores = storesOf(batch);
  const transaction = db.transaction(stores, 'readwrite', { durability: strict ? 'strict' : 'relaxed' });
  watch(transaction.done);
  return apply(transaction, stores, batch, strict);
}

/** The stores that a batch reads or writes. */
export function storesOf({ expect, requires = [], put = [], delete: deleted = [], strict }: Batch): StoreName[] {
  const used = new Set<StoreName>([...put, ...deleted].map(([store]) => store));
  if (expect !== undefined) used.add('head');
  if (requires.length > 0) used.add('chunks');
  // A strict batch may have no changes, to sync earlier commits. A transaction needs a write for
  // that: `apply` writes the head again.
  if (strict) used.add('head');
  return STORES.filter((store) => used.has(store));
}

async function apply(
  transaction: WriteTransaction,
  stores: StoreName[],
  { expect, requires = [], put = [], delete: deleted = [] }: Batch,
  strict: boolean,
): Promise<boolean> {
  const { done } = transaction;
  /**
   * The error of the first failed request tells the cause. The other requests only tell that the
   * transaction was aborted.
   */
  let why: unknown;
  const listen = (request: Promise<unknown>): void => {
    request.catch((error) => {
      if ((error as Error)?.name !== 'AbortError') why ??= error;
    });
  };
  try {
    const head = stores.includes('head') ? await transaction.objectStore('head').get(0) : undefined;
    const counts = await Promise.all(requires.map((name) => transaction.objectStore('chunks').count(name)));
    const applies = (expect === undefined || sameBytes(expect, asBytes(head))) && counts.every((count) => count === 1);
    if (applies) {
      let copied = 0;
      for (const [store, key, value] of put) {
        const request = transaction.objectStore(store).put(alone(value), key as never);
        listen(request);
        copied += value.length;
        if (copied < TURN_BYTES) continue;
        copied = 0;
        await request;
      }
      for (const [store, key] of deleted) listen(transaction.objectStore(store).delete(key as never));
      if (strict && put.length === 0 && head !== undefined) listen(transaction.objectStore('head').put(head, 0));
    }
    transaction.commit();
    await done;
    return applies;
  } catch (error) {
    // A failure must not let the browser commit the other requests.
    try {
      transaction.abort();
    } catch {
      // The transaction has already ended.
    }
    await done.catch(() => {});
    throw why ?? transaction.error ?? error;
  }
}

/**
 * The stored bytes. A developer tool may have stored a value of another type: such a value reads as
 * empty bytes. An IndexedDB of JavaScript may return an array of another realm: in tests with
 * jsdom, `structuredClone` belongs to Node, and `Uint8Array` to jsdom.
 */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (value === undefined || value instanceof Uint8Array) return value;
  if (!ArrayBuffer.isView(value) || Object.prototype.toString.call(value) !== '[object Uint8Array]') {
    return new Uint8Array();
  }
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
