// The stores of one database in IndexedDB. Only this file imports `idb`.

import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPTransaction, type OpenDBCallbacks, openDB } from 'idb';
import type { StoreName } from '../storage.js';

/** Prefix of the names in IndexedDB. The name of the database follows. */
export const PREFIX = 'edgevec:';
/** The version of the IndexedDB stores. The bytes in the stores have a version of their own. */
const SCHEMA_VERSION = 1;
export const STORES = ['head', 'log', 'chunks'] as const;

export interface Schema extends DBSchema {
  head: { key: 0; value: Uint8Array };
  log: { key: number; value: Uint8Array };
  chunks: { key: string; value: Uint8Array };
}

export type Stores = IDBPDatabase<Schema>;
export type WriteTransaction = IDBPTransaction<Schema, StoreName[], 'readwrite'>;

/** Opens the stores of a database. `callbacks.upgrade` makes them. */
export function openStores(name: string, callbacks: OpenDBCallbacks<Schema>): Promise<Stores> {
  return openDB<Schema>(PREFIX + name, SCHEMA_VERSION, callbacks);
}

/** Opens the stores of a database of any version. Undefined if the stores cannot be opened. */
export async function openPresent(name: string): Promise<Stores | undefined> {
  const upgrade: OpenDBCallbacks<Schema>['upgrade'] = (_db, _old, _new, transaction) => {
    // There is no such database, and none is to be made.
    transaction.done.catch(() => {});
    transaction.abort();
  };
  return openDB<Schema>(PREFIX + name, undefined, { upgrade }).catch(() => undefined);
}

export function deleteStores(name: string): Promise<void> {
  return deleteDB(PREFIX + name);
}
