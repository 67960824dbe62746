// Rows with words, vectors and sources after random writes and deletions.

import type { EdgeVec, Id } from '../../src/index.js';

export interface Doc {
  body: string;
  source?: string | number | null;
  lang: string;
}

/** A row with its place in the order of insertion. */
export interface Row {
  readonly place: number;
  readonly vector: Float32Array;
  readonly doc: Doc;
}

export const DIMENSIONS = 6;

const VOCABULARY = 'whale ship sea captain boat harpoon storm island rope sail anchor'.split(' ');

export const vectorOf = (next: () => number): Float32Array =>
  Float32Array.from({ length: DIMENSIONS }, () => next() - 0.4);
export const textOf = (next: () => number, most: number): string =>
  Array.from({ length: Math.floor(next() * most) }, () => VOCABULARY[Math.floor(next() ** 2 * VOCABULARY.length)]).join(
    ' ',
  );
const docOf = (next: () => number): Doc => {
  const source = [undefined, null, 'a', 'b', 'c', 1, '1'][Math.floor(next() * 7)];
  const doc = { body: textOf(next, 12), lang: next() < 0.5 ? 'en' : 'de' };
  return source === undefined ? doc : { ...doc, source };
};

/** Rows after random writes and deletions. */
export async function filled(db: EdgeVec<Doc>, next: () => number): Promise<{ db: EdgeVec<Doc>; rows: Map<Id, Row> }> {
  const rows = new Map<Id, Row>();
  let place = 0;
  for (let round = 0; round < 5; round++) {
    const ids = [...new Set(Array.from({ length: 60 }, () => Math.floor(next() * 200)))];
    const records = ids.map((id) => ({ id, vector: vectorOf(next), metadata: docOf(next) }));
    await db.upsert(records);
    for (const { id, vector, metadata } of records) {
      const old = rows.get(id);
      rows.set(id, { place: old?.place ?? place++, vector, doc: metadata });
    }
    const gone = Array.from({ length: 15 }, () => Math.floor(next() * 200));
    await db.delete(gone);
    for (const id of gone) rows.delete(id);
  }
  return { db, rows };
}
