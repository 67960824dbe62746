// Applies a batch in one transaction.
//
// A transaction that waits for anything but its own requests commits early, so none does. Every
// promise of a transaction is listened to: what nobody listens to is reported as an error that nobody
// handled.

import { alone, type Batch, type StoreName, sameBytes } from '../storage.js';
import { STORES, type Stores, type WriteTransaction } from './idb.js';

/**
 * Chromium keeps values from this size on in files of their own, which it syncs with their own
 * transaction only: a later strict one would survive a power failure without them.
 */
const LARGE_BYTES = 1 << 16;
/** Copied into the database's process in one turn of the event loop: 16 MB at once take 30 ms. */
const TURN_BYTES = 1 << 20;

/**
 * False, and nothing changed, if the batch does not apply.
 *
 * @param watch is given the end of the transaction
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
  // A sync of what was committed before needs something to commit.
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
  /** The first request that failed says why; the others only that the transaction was aborted. */
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
    // What threw on its way in must not let the rest be committed.
    try {
      transaction.abort();
    } catch {
      // It has ended already.
    }
    await done.catch(() => {});
    throw why ?? transaction.error ?? error;
  }
}

/** A value as it is, or no bytes at all in place of one that is none: a tool may have put anything there. */
export function asBytes(value: unknown): Uint8Array | undefined {
  return value === undefined || value instanceof Uint8Array ? value : new Uint8Array();
}
