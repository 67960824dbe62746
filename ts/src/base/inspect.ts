// Values and thrown errors as words in the sentence of an error.

const UNREADABLE = 'something that cannot be looked at';

/** A value as short words. */
export function inspect(value: unknown): string {
  try {
    return shown(value);
  } catch {
    // The value is a revoked proxy, or a trap of a proxy throws.
    return UNREADABLE;
  }
}

/** The reason that a thrown value gives, without a full stop. */
export function reasonOf(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? thrown.message : thrown;
    const reason = typeof text === 'string' ? text.trim().replace(/\.$/, '') : '';
    return reason === '' ? shown(thrown) : reason;
  } catch {
    return UNREADABLE;
  }
}

/** A text cut to a length that a sentence can hold. */
export function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value === 'bigint') return `${shorten(String(value))}n`;
  if (typeof value === 'symbol') return shorten(String(value));
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  if (typeof name !== 'string' || name === 'Object') return 'an object';
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${shorten(name)}`;
}
