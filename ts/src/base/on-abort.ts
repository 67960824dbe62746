// Listeners of abort signals. Many calls may share a signal, and Node warns of a leak if a signal
// has more than ten listeners. So EdgeVec adds a single listener to each signal.

interface Shared {
  readonly listeners: Set<{ readonly call: () => void }>;
  readonly tell: () => void;
}

const bySignal = /* @__PURE__ */ new WeakMap<AbortSignal, Shared>();

/**
 * Calls the listener when the signal aborts. A signal that has aborted already calls no listener.
 *
 * @returns a function that removes the listener
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  const { listeners, tell } = bySignal.get(signal) ?? share(signal);
  const entry = { call: listener };
  listeners.add(entry);
  return () => {
    if (!listeners.delete(entry) || listeners.size > 0) return;
    signal.removeEventListener('abort', tell);
    bySignal.delete(signal);
  };
}

/**
 * The promise, or a rejection if the signal aborts first or has aborted. Whatever the promise does
 * after that is ignored.
 *
 * @param errorOf makes the error of the reason for the abort
 */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  errorOf: (reason: unknown) => Error,
): Promise<T> {
  if (signal === undefined) return promise;
  let stop = (): void => {};
  const abort = new Promise<never>((_, reject) => {
    stop = () => reject(errorOf(signal.reason));
  });
  const forget = onAbort(signal, stop);
  try {
    if (signal.aborted) stop();
    return await Promise.race([abort, promise]);
  } finally {
    forget();
  }
}

function share(signal: AbortSignal): Shared {
  const listeners: Shared['listeners'] = new Set();
  const tell = (): void => {
    // A listener may remove another.
    for (const entry of [...listeners]) if (listeners.has(entry)) entry.call();
  };
  const shared = { listeners, tell };
  bySignal.set(signal, shared);
  signal.addEventListener('abort', tell);
  return shared;
}
