// Removes a database.
//
// The browser deletes a database once every connection to the database has ended. WebKit may keep
// the connection of an ended worker for as long as the page lives. The data must not stay so long,
// so the stores are emptied before:
//
// 1. A connection opens before the deletion is asked for. Later connections wait for the deletion.
// 2. The browser asks the other tabs to close their connections, because of the deletion.
// 3. Once no other tab holds the lock of an open storage, nobody can write to the stores. The
//    connection then empties the stores, and ends.
//
// A tab that does not close in time may still write. The stores then stay as they are until the
// browser deletes the database.

import type { EdgeVecError } from '../../base/errors.js';
import { Deadline } from '../../base/timeout.js';
import { blocked, bounded, emptyButKept } from './errors.js';
import { deleteStores, openPresent, type Stores } from './idb.js';
import { Presence } from './presence.js';

/**
 * How long other tabs may take to close their connections, in milliseconds. A tab whose connection
 * was taken by the browser keeps its lock, and would hold up the deletion for longer.
 */
const CLOSING_MS = 500;
/** Between two looks whether the other tabs have closed, in milliseconds. */
const LOOK_MS = 10;

/**
 * @param ms how long the browser may take, in milliseconds
 * @param closingMs how long other tabs may take to close, in milliseconds
 * @throws `BLOCKED` if connections stay open. The browser deletes the database when they end
 */
export async function dropStores(name: string, ms: number, closingMs = CLOSING_MS): Promise<void> {
  const deadline = new Deadline(ms);
  const presence = await Presence.begin(name);
  try {
    const own = presence.canTell ? await opened(name, deadline) : undefined;
    const deleting = deleteStores(name);
    // Somebody listens from here on, also while the stores are emptied.
    deleting.catch(() => {});
    const isEmptied = own !== undefined && (await emptied(own, presence, closingMs));
    const remedy = 'Close the other tabs of this site: it is removed once they are.';
    const refusal = (): EdgeVecError => (isEmptied ? emptyButKept(name, ms) : blocked(name, ms, remedy));
    await bounded(deadline.left, deleting, refusal, () => {});
  } finally {
    presence.end();
  }
}

/** Undefined if there is no such database, or if an earlier deletion still waits. */
async function opened(name: string, deadline: Deadline): Promise<Stores | undefined> {
  let own: Stores | undefined;
  let isLate = false;
  const opening = openPresent(name).then((stores) => {
    if (isLate) stores?.close();
    else own = stores;
  });
  await deadline.within(opening);
  isLate = true;
  return own;
}

/** Empties the stores once no other tab can write, and closes the connection. */
async function emptied(own: Stores, presence: Presence, closingMs: number): Promise<boolean> {
  try {
    const until = performance.now() + closingMs;
    while (!(await presence.isAlone())) {
      if (performance.now() >= until) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const names = [...own.objectStoreNames];
    if (names.length === 0) return true;
    const transaction = own.transaction(names, 'readwrite');
    await Promise.all([...names.map((store) => transaction.objectStore(store).clear()), transaction.done]);
    return true;
  } catch {
    // The browser may still delete the stores as they are.
    return false;
  } finally {
    own.close();
  }
}
