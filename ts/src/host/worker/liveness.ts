// How a client learns that its worker is gone.
//
// A worker that is terminated, or killed for its memory, fires no event. So the worker holds a Web
// Lock until it ends, and the client waits for the same lock: the browser grants the lock when the
// worker is gone, for any reason. Without Web Locks (insecure contexts, some sandboxed frames), or
// if the client cannot see the lock, the client notices only the errors that fire events.

import { webLocks } from '../../base/web-locks.js';

let opened = 0;

/** A unique name: the client's own random part and a counter. */
export function lockName(): string {
  // Not crypto.randomUUID: insecure contexts lack it.
  const random = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');
  // Told from the locks of version 1.0.0-alpha.1: see ts/src/storage/indexeddb/presence.ts.
  return `edgevec:worker:${random}:${++opened}`;
}

/** Worker side: resolves to true once the lock is held, for good. */
export function holdLock(name: string): Promise<boolean> {
  const manager = webLocks();
  if (manager === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const forever = (): Promise<never> => {
      resolve(true);
      return new Promise(() => {});
    };
    manager.request(name, forever).catch(() => resolve(false));
  });
}

/**
 * Client side: whether this thread sees the lock as held. If a page was loaded before its site's
 * data was cleared, Chromium gives the page other locks than its workers.
 */
export async function isHeld(name: string): Promise<boolean> {
  const held = webLocks()?.request(name, { ifAvailable: true }, (lock) => lock === null);
  return (await held?.catch(() => false)) ?? false;
}

/**
 * Client side: calls `gone` when the worker has let go of its lock. Returns a function that ends
 * the wait.
 */
export function awaitLock(name: string, gone: () => void): () => void {
  const stop = new AbortController();
  webLocks()
    ?.request(name, { signal: stop.signal }, () => {
      if (!stop.signal.aborted) gone();
    })
    .catch(() => {});
  return () => stop.abort();
}
