// Finds passages.

import { resolve } from 'node:path';

/** The user has called a command in a wrong way. */
export class Misuse extends Error {}

/**
 * @param {import('./database.js').Passages} db
 * @param {string} words
 * @param {{ k: string, filters: string[] }} how
 * @param {import('./embedder.js').Embedder} embedder
 */
export async function searchIn(db, words, { k, filters }, { embed }) {
  const [query] = await embed([words]);
  if (query === undefined) throw new Error('the model has given no vector');
  return db.search(query, { k: Number(k), filter: filterOf(filters) });
}

/**
 * @param {string[]} filters such as `ext=md`
 * @returns {import('edgevec').Filter<import('./database.js').Passage>}
 */
function filterOf(filters) {
  if (filters.length === 0) return {};
  return {
    $and: filters.map((text) => {
      const [name, value = ''] = text.split(/=(.*)/s);
      if (name === 'ext') return { ext: value };
      if (name === 'file') return { file: resolve(value) };
      throw new Misuse(`There is no filter "${text}": use ext=md or file=PATH.`);
    }),
  };
}
