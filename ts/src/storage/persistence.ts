// Whether the browser may clear what this site has stored. Asked in the caller's thread: workers may look, but some cannot ask.

import { node } from './files/node.js';
import { hasIndexedDb, storageManager } from './indexeddb/platform.js';

/** Asks that it may not. True where that is granted, or was, or where files are nobody's to clear. */
export async function persist(): Promise<boolean> {
  if (!hasIndexedDb()) return node() !== undefined;
  if (await isPersisted()) return true;
  try {
    return (await storageManager()?.persist?.()) === true;
  } catch {
    // Frames without an origin, and the like: there is nobody to ask.
    return false;
  }
}

/** Whether the browser keeps what this site stores until it is told otherwise. */
export async function isPersisted(): Promise<boolean> {
  try {
    return (await storageManager()?.persisted?.()) === true;
  } catch {
    return false;
  }
}
