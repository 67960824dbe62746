// The search of the site: by exact words, and by meaning with EdgeVec. Nothing is loaded before the
// first call of `load`.

import type { EdgeVec } from 'edgevec';

/** A passage of a page. `path` is below the site, with the anchor of the heading. */
export interface Passage {
  readonly path: string;
  readonly title: string;
  /** Empty for the text below the title. */
  readonly heading: string;
  readonly text: string;
}

/** A result. `isExact` if the passage has every word of the question. */
export interface Found extends Passage {
  readonly isExact: boolean;
}

const MOST_EXACT = 3;
const MOST_FOUND = 8;
const MOST_OF_PAGE = 2;

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

/** A passage with its words, for exact matches. */
interface Row {
  readonly passage: Passage;
  readonly heads: readonly string[];
  readonly words: readonly string[];
}

/** How well the words match, or 0. The last word may be the beginning of a word. */
function exactness({ heads, words }: Row, asked: readonly string[]): number {
  const isIn = (list: readonly string[], word: string, i: number) =>
    list.some((other) => (i === asked.length - 1 ? other.startsWith(word) : other === word));
  if (asked.every((word, i) => isIn(heads, word, i))) return 2 + asked.length / heads.length;
  return asked.every((word, i) => isIn(heads, word, i) || isIn(words, word, i)) ? 1 : 0;
}

/** Turns texts into vectors. */
type Embed = (texts: readonly string[]) => Promise<Float32Array[]>;

/** The site's pages, ready to be searched. */
export class Search {
  readonly #db: EdgeVec<Passage>;
  readonly #embed: Embed;
  readonly #rows: readonly Row[];
  /** Bytes that the search has loaded: the index, the model and the engine. */
  readonly bytes: number;

  constructor(db: EdgeVec<Passage>, embed: Embed, rows: readonly Row[], bytes: number) {
    this.#db = db;
    this.#embed = embed;
    this.#rows = rows;
    this.bytes = bytes;
  }

  /** The passages with the words of the question, then the passages of nearest meaning. */
  async find(question: string): Promise<Found[]> {
    const asked = wordsOf(question);
    if (asked.length === 0) return [];
    const exact = this.#rows
      .map((row) => ({ passage: row.passage, rank: exactness(row, asked) }))
      .filter(({ rank }) => rank > 0)
      .sort((a, b) => b.rank - a.rank)
      .map(({ passage }) => ({ ...passage, isExact: true }));
    const [vector] = await this.#embed([question]);
    const hits = vector === undefined ? [] : await this.#db.search(vector, 5 * MOST_FOUND);
    const near = hits.map(({ metadata }) => ({ ...metadata, isExact: false }));
    return [...once(exact).slice(0, MOST_EXACT), ...near].reduce(unseen, []).slice(0, MOST_FOUND);
  }
}

/**
 * Adds a passage, unless the list has a passage below the same heading, or enough passages of the
 * same page.
 */
function unseen(list: Found[], found: Found): Found[] {
  const ofPage = list.filter(({ title }) => title === found.title);
  const isKnown = ofPage.some(({ heading }) => heading === found.heading);
  return isKnown || ofPage.length >= MOST_OF_PAGE ? list : [...list, found];
}

const once = (list: readonly Found[]): Found[] => list.slice(0, 10 * MOST_EXACT).reduce(unseen, []);

let search: Promise<Search> | undefined;

async function open(): Promise<Search> {
  const start = performance.now();
  const [{ EdgeVec: Database }, model, { default: url }] = await Promise.all([
    import('edgevec'),
    import('../../../examples/static-model/src/index.js'),
    import('../made/search.edgevec?url'),
  ]);
  const [db] = await Promise.all([Database.import<Passage>(await fetch(url)), model.load()]);
  const rows: Row[] = [];
  for await (const { metadata: passage } of db.scan()) {
    const { title, heading, text } = passage;
    rows.push({ passage, heads: wordsOf(`${title} ${heading}`), words: wordsOf(text) });
  }
  const loaded = performance.getEntriesByType('resource').filter((entry) => entry.startTime >= start);
  const bytes = loaded.reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0);
  return new Search(db, model.embed, rows, bytes);
}

/** Loads the search once. After an error, the next call tries again. */
export function load(): Promise<Search> {
  search ??= open().catch((error) => {
    search = undefined;
    throw error;
  });
  return search;
}
