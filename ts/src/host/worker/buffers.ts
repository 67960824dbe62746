// Buffers that `postMessage` transfers without a copy.

/** The buffers of a request or reply. `postMessage` transfers these buffers. */
export function buffersOf(message: unknown): ArrayBuffer[] {
  const found: ArrayBuffer[] = [];
  const take = (value: object | undefined): void => {
    if (value === undefined) return;
    for (const key of ['vectors', 'queries'] as const) {
      const view = (value as Record<string, unknown>)[key];
      if (view instanceof Float32Array && view.byteLength > 0) found.push(view.buffer as ArrayBuffer);
    }
  };
  if (typeof message !== 'object' || message === null) return found;
  // A piece of a file has a buffer of its own, and the sender does not use the buffer again.
  const { piece } = message as { piece?: unknown };
  if (piece instanceof Uint8Array) return [piece.buffer as ArrayBuffer];
  if (Array.isArray(message)) for (const item of message) take(typeof item === 'object' ? item : undefined);
  else {
    take(message);
    take((message as { part?: object }).part);
  }
  return found;
}
