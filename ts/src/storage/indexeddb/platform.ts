// What the platform has of IndexedDB and of the manager of its room.

/** Some frames without an origin throw at the name itself. */
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
