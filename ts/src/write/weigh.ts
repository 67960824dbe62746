// How much there is to copy in a value, before it is copied.

/** What a number, a key or an object takes at least. */
const LEAST = 8;

/**
 * Bytes that a copy of a value takes, roughly. It counts no further than `most`, which is how a value that holds itself comes to an end. What cannot be
 * looked at counts as much: copying it tells why not.
 */
export function weigh(value: unknown, most: number): number {
  try {
    return weighed(value, most);
  } catch {
    return most;
  }
}

function weighed(value: unknown, most: number): number {
  if (typeof value === 'string') return LEAST + value.length;
  if (typeof value !== 'object' || value === null) return LEAST;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return LEAST + value.byteLength;
  let bytes = LEAST;
  for (const item of itemsOf(value)) {
    bytes += weighed(item, most - bytes);
    if (bytes >= most) break;
  }
  return bytes;
}

function itemsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set || value instanceof Map) return value;
  return Object.entries(value).flat();
}
