// Ids of documents. LangChain knows only strings, and rows may have numbers as ids.

import type { EdgeVec, Id } from '../../index.js';

/**
 * The ids of the rows that LangChain's ids stand for. A row with the very id comes first. If no row
 * has the id `'7'`, the id stands for the row `7`.
 *
 * @param db undefined if there are no rows yet
 */
export async function rowIds<M extends object>(db: EdgeVec<M> | undefined, ids: readonly Id[]): Promise<Id[]> {
  const asNumbers = ids.map(numberOf);
  if (db === undefined || asNumbers.every((number) => number === undefined)) return [...ids];
  const [texts, numbers] = await Promise.all([db.has(ids), db.has(asNumbers.map((number) => number ?? 0))]);
  return ids.map((id, i) => {
    const number = asNumbers[i];
    return number !== undefined && texts[i] === false && numbers[i] === true ? number : id;
  });
}

/** The number that a text is written from. `String` writes no text such as `'07'` or `'1e3'`. */
function numberOf(id: Id): number | undefined {
  if (typeof id !== 'string' || id === '') return undefined;
  const number = Number(id);
  return Number.isFinite(number) && String(number) === id ? number : undefined;
}

/** A new id for a document: a random UUID (version 4). */
export function newId(): string {
  // Pages that were not loaded over HTTPS have no `randomUUID`.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const [version = 0, variant = 0] = [bytes[6], bytes[8]];
  bytes[6] = (version & 0x0f) | 0x40;
  bytes[8] = (variant & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
