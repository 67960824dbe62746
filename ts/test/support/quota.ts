// Ways to use up the room of a site, and to give the site room again.

import { cdp, server } from 'vitest/browser';

export interface Quota {
  readonly label: string;
  /** Whether deleted values make room at once. */
  readonly givesBack: boolean;
  /** The hosts in which the quota applies to the database. */
  readonly workers: readonly boolean[];
  /** Limits the room to less than `MOST_BYTES`. Call `begin` before opening a database. */
  begin(): Promise<void>;
  /** Gives the site plenty of room again. May be called twice. */
  end(): Promise<void>;
}

/** A database with this many bytes must have run out of room. */
export const MOST_BYTES = 64 << 20;

const LITTLE = 24 << 20;

/** The quota of the browser, if the test runner can set the quota. */
export function realQuota(): Quota | undefined {
  if (server.browser === 'chromium') {
    const { origin } = location;
    const send = (method: string, params: object): Promise<unknown> =>
      (cdp() as unknown as { send(method: string, params: object): Promise<unknown> }).send(
        `Storage.${method}`,
        params,
      );
    return {
      label: 'Chromium’s',
      givesBack: true,
      workers: [true, false],
      async begin() {
        // Chromium remembers the free room for half a minute, unless the site's data is cleared.
        await send('clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
        await send('overrideQuotaForOrigin', { origin, quotaSize: LITTLE });
      },
      end: async () => void (await send('overrideQuotaForOrigin', { origin })),
    };
  }
  if (server.browser === 'firefox') {
    // The quota is always 60 MiB (ts/test/support/projects.ts). A ballast fills a part of the
    // quota, and can be removed.
    const name = 'quota-ballast';
    return {
      label: 'Firefox’s',
      // Firefox returns room late: a checkpoint right after deletions may still find no room.
      givesBack: false,
      workers: [true, false],
      begin: () => fill(name, 36 << 20),
      end: () => drop(name),
    };
  }
  // WebKitGTK takes a quota only from the program around it, not from WebDriver or settings.
  return undefined;
}

/**
 * Imitates a full browser in this thread. A full browser accepts every request, and then aborts the
 * transaction at the commit with a `QuotaExceededError`. In WebKit only the imitation is possible.
 * In the other browsers both run, so the tests show that the imitation is right.
 */
export function imitatedQuota(): Quota {
  const { put } = IDBObjectStore.prototype;
  const { commit } = IDBTransaction.prototype;
  let used = 0;
  const asked = new WeakMap<IDBTransaction, number>();
  return {
    label: 'an imitated',
    givesBack: false,
    workers: [false],
    async begin() {
      used = 0;
      IDBObjectStore.prototype.put = function (value: Uint8Array, key) {
        asked.set(this.transaction, (asked.get(this.transaction) ?? 0) + value.byteLength);
        return put.call(this, value, key);
      };
      IDBTransaction.prototype.commit = function () {
        const more = asked.get(this) ?? 0;
        if (used + more <= LITTLE) {
          this.addEventListener('complete', () => {
            used += more;
          });
          commit.call(this);
          return;
        }
        Object.defineProperty(this, 'error', { value: new DOMException('The disk is full', 'QuotaExceededError') });
        this.abort();
      };
    },
    async end() {
      IDBObjectStore.prototype.put = put;
      IDBTransaction.prototype.commit = commit;
    },
  };
}

async function fill(name: string, bytes: number): Promise<void> {
  const piece = 4 << 20;
  const opening = indexedDB.open(name);
  opening.onupgradeneeded = () => void opening.result.createObjectStore('bytes');
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  for (let at = 0; at < bytes; at += piece) {
    // Uses random bytes, because Firefox compresses values.
    const values = new Uint8Array(piece);
    for (let i = 0; i < piece; i += 1 << 16) crypto.getRandomValues(values.subarray(i, i + (1 << 16)));
    const transaction = db.transaction('bytes', 'readwrite');
    transaction.objectStore('bytes').put(values, at);
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }
  db.close();
}

function drop(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const dropping = indexedDB.deleteDatabase(name);
    dropping.onsuccess = () => resolve();
    dropping.onerror = () => reject(dropping.error);
  });
}
