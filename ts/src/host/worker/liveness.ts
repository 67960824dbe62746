// How a client learns of the end of its worker.
//
// If a page terminates a worker, or the browser kills a worker for its memory, no event fires. The
// worker therefore holds a Web Lock until its end, and the client waits for the same lock: the
// browser grants the lock after the end of the worker, for any reason. Without Web Locks (insecure
// contexts, some sandboxed frames), or if the client cannot see the lock, the client notices only
// errors with an event.

import { webLocks } from '../../base/web-locks.js';

let opened = 0;

/** A unique name: the client's own random part and a counter. */
export function lockName(): string {
  // Insecure contexts have no crypto.randomUUID.
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
 * Client side: whether this thread sees the lock as held. If the user clears the data of a site,
 * Chromium gives an older page other locks than the workers of the page.
 */
export async function isHeld(name: string): Promise<boolean> {
  const held = webLocks()?.request(name, { ifAvailable: true }, (lock) => lock === null);
  return (await held?.catch(() => false)) ?? false;
}

/** Client side: calls `gone` once the lock is free. Returns a function that ends the wait. */
export function awaitLock(name: string, gone: () => void): () => void {
  const stop = new AbortController();
  webLocks()
    ?.request(name, { signal: stop.signal }, () => {
      if (!stop.signal.aborted) gone();
    })
    .catch(() => {});
  return () => stop.abort();
}
