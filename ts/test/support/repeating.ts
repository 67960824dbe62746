// A site whose storage loses the answers to commits, as IndexedDB does if the browser takes the
// connection away.

import type { Batch, StorageSite } from '../../src/storage/storage.js';

/**
 * The same site, but the storage repeats some commits on a new connection. The first try is applied
 * already.
 */
export function repeating(site: StorageSite, isRepeated: (batch: Batch) => boolean): StorageSite {
  return withMethods(site, {
    open: async (name, onGone) => {
      const storage = await site.open(name, onGone);
      return withMethods(storage, {
        commit: async (batch) => {
          if (isRepeated(batch)) await storage.commit(batch);
          return storage.commit(batch);
        },
      });
    },
  });
}

/** The same object, with some other methods. */
function withMethods<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get(target, key) {
      const other: unknown = methods[key as keyof T];
      if (other !== undefined) return other;
      const value: unknown = target[key as keyof T];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
