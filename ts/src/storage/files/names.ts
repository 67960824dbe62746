// Names of files and folders.

export const JOURNAL = 'journal';
export const LOCK = 'lock';
export const CHUNKS = 'chunks';
export const RESERVE = 'reserve';
/** Before a time, in the name of the file with what could not be read of the journal. */
export const DAMAGED = `${JOURNAL}.damaged-`;
export const NEW = '.new';
/** Before the name of a database, in that of its folder; and in place of it, once it is being dropped. */
export const FOLDER = 'db-';
export const DROPPED = 'dropped-';
/** Bytes that file systems take for the name of a folder. */
export const MAX_FILE_NAME = 255;

/** As a part of a path that means the same on every file system, also on those that ignore case. */
export function escaped(name: string): string {
  const bytes = new TextEncoder().encode(name);
  const plain = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`;
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(letter) ? letter : plain(byte);
  }).join('');
}

/** Undefined where no name becomes this. */
export function unescaped(part: string): string | undefined {
  if (!/^(?:[a-z0-9_-]|%[0-9a-f]{2})*$/.test(part)) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
