// Finds IndexedDB and the platform's storage manager.

/** In some frames without an origin, reading `indexedDB` throws. */
export function hasIndexedDb(): boolean {
  try {
    return typeof indexedDB === 'object' && indexedDB !== null;
  } catch {
    return false;
  }
}

/** Undefined in insecure contexts and old browsers. */
export function storageManager(): Partial<StorageManager> | undefined {
  return typeof navigator === 'object' ? navigator.storage : undefined;
}
