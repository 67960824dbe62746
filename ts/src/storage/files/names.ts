// Names of files and folders.

export const JOURNAL = 'journal';
export const LOCK = 'lock';
export const CHUNKS = 'chunks';
export const RESERVE = 'reserve';
/** Prefix of the file for damaged bytes of the journal. The time follows. */
export const DAMAGED = `${JOURNAL}.damaged-`;
export const NEW = '.new';
/**
 * Prefix of a database's folder: the escaped name follows. `DROPPED` is the prefix of a dropped
 * database's folder: random numbers follow.
 */
export const FOLDER = 'db-';
export const DROPPED = 'dropped-';
/** The most bytes that file systems take as the name of a folder. */
export const MAX_FILE_NAME = 255;

/**
 * The name as a part of a path. The part is different for different names, also on file systems
 * that ignore case.
 */
export function escaped(name: string): string {
  const bytes = new TextEncoder().encode(name);
  const plain = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`;
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(letter) ? letter : plain(byte);
  }).join('');
}

/** The inverse of `escaped`. Undefined if no name has this part. */
export function unescaped(part: string): string | undefined {
  if (!/^(?:[a-z0-9_-]|%[0-9a-f]{2})*$/.test(part)) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
