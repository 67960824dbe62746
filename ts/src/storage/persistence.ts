// Asks whether the browser may clear the data of this site. The calls run in the caller's thread:
// workers may look, but some workers cannot ask.

import { builtInModules } from './files/platform.js';
import { hasIndexedDb, storageManager } from './indexeddb/platform.js';

/**
 * Asks the browser not to clear the data. True if the browser grants the request or has granted the
 * request before. Also true if databases are kept in files, since no browser clears files.
 */
export async function persist(): Promise<boolean> {
  if (!hasIndexedDb()) return builtInModules() !== undefined;
  if (await isPersisted()) return true;
  try {
    return (await storageManager()?.persist?.()) === true;
  } catch {
    // Frames without an origin, for example, have nobody to ask.
    return false;
  }
}

/** Whether the browser keeps the data of this site until the user clears the data. */
export async function isPersisted(): Promise<boolean> {
  try {
    return (await storageManager()?.persisted?.()) === true;
  } catch {
    return false;
  }
}
