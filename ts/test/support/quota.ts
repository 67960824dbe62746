// Ways to let a site run out of room, and to give it room again.

import { cdp, server } from 'vitest/browser';

export interface Quota {
  readonly label: string;
  /** Whether deleted values make room at once. */
  readonly givesBack: boolean;
  /** Where the database must run for the quota to count. */
  readonly workers: readonly boolean[];
  /**
   * From here on there is little room: less than `MOST_BYTES`. To be called before a database is
   * opened.
   */
  begin(): Promise<void>;
  /** There is plenty of room again. May be called twice. */
  end(): Promise<void>;
}

/** A database that has taken so many bytes must have run out of room. */
export const MOST_BYTES = 64 << 20;

const LITTLE = 24 << 20;

/** The browser's own, where the harness can set it. */
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
        // For half a minute it goes by the room it has found before, unless all is forgotten.
        await send('clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
        await send('overrideQuotaForOrigin', { origin, quotaSize: LITTLE });
      },
      end: async () => void (await send('overrideQuotaForOrigin', { origin })),
    };
  }
  if (server.browser === 'firefox') {
    // It is 60 MiB, for good (ts/test/support/projects.ts): what fills a part of it can be taken
    // away.
    const name = 'quota-ballast';
    return {
      label: 'Firefox’s',
      // Not at once: a checkpoint right after deletions may still find no room.
      givesBack: false,
      workers: [true, false],
      begin: () => fill(name, 36 << 20),
      end: () => drop(name),
    };
  }
  // WebKitGTK takes a quota from the program it is built into only, neither from WebDriver nor from
  // settings.
  return undefined;
}

/**
 * A browser that says so itself, in this thread: what it does when it is full is to accept every
 * request and to abort the transaction when it is to be committed, with a `QuotaExceededError`. For
 * WebKit there is nothing else; in the others it shows that the imitation is one.
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
    // Random, since Firefox compresses.
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
