/** Questions to the dictionary, and their answers. */
import type { Hit, SearchOptions } from 'edgevec';
import { fromStored, type PartOfSpeech, type Sense, type StoredSense } from './sense';
import type { Dictionary, Index } from './store';

export interface Question {
  /** What the visitor has typed. */
  readonly text: string;
  /** The row to find more like, in place of the text. */
  readonly like: number | null;
  /** Only these parts of speech. None: all. */
  readonly parts: readonly PartOfSpeech[];
}

/** A sense with its place in the dictionary. */
export interface Found {
  readonly id: number;
  readonly sense: Sense;
}

export interface Answer {
  readonly hits: readonly (Found & { readonly score: number })[];
  /** Milliseconds of the call of `search`, to the engine's worker and back. */
  readonly searchTime: number;
  /** The word of the sense that the hits are like, if the question was such a sense. */
  readonly like: string | null;
  /** False if the model knows no word of the text. */
  readonly known: boolean;
}

/** The senses of a typed word, and words that begin with the typed letters. */
export interface ExactWord {
  /** Senses of the word itself. */
  readonly count: number;
  /** Senses of the word itself, the best known first, then senses of longer words. */
  readonly senses: readonly Found[];
}

export const HITS = 10;
/** The senses beside the meanings. */
const EXACT = 6;
/** The best senses by words that the page looks at. The word with most senses, "break", has 75. */
const LOOKED_AT = 200;

type Filter = NonNullable<SearchOptions<StoredSense>['filter']>;

/** The filter of the chips. Undefined: every sense. */
export function filterOf(parts: readonly PartOfSpeech[]): Filter | undefined {
  if (parts.length === 0) return undefined;
  const [only] = parts;
  return { part: parts.length === 1 && only ? only : { $in: parts } };
}

export async function ask({ db, model }: Index, { text, like, parts }: Question): Promise<Answer> {
  const filter = filterOf(parts);
  const options = { k: HITS, ...(filter && { filter }) };
  if (like !== null) {
    const sense = await db.get(like);
    if (!sense) return { ...NOTHING, known: true };
    return {
      ...(await timed(() => db.search({ like, ...options }))),
      like: fromStored(sense.metadata).words[0] ?? '',
      known: true,
    };
  }
  const vector = await model.embedQuery(text);
  if (!vector) return NOTHING;
  return { ...(await timed(() => db.search(vector, options))), like: null, known: true };
}

const NOTHING: Answer = { hits: [], searchTime: 0, like: null, known: false };

async function timed(search: () => Promise<Hit<StoredSense>[]>): Promise<Pick<Answer, 'hits' | 'searchTime'>> {
  const start = performance.now();
  const hits = await search();
  const searchTime = performance.now() - start;
  return { hits: hits.map(({ score, ...hit }) => ({ ...foundIn(hit), score })), searchTime };
}

const foundIn = ({ id, metadata }: Pick<Hit<StoredSense>, 'id' | 'metadata'>): Found => ({
  id: Number(id),
  sense: fromStored(metadata),
});

const folded = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();

/**
 * The senses of the word that `text` is, or is going to be: the last letters may be missing.
 * Capitals do not count. Text search finds rows with one of several words, and only words that
 * begin with the whole text are kept.
 */
export async function findExact(db: Dictionary, text: string, parts: readonly PartOfSpeech[]): Promise<ExactWord> {
  const asked = folded(text);
  const filter = filterOf(parts);
  const hits = await db.search({ text: asked, prefix: true, k: LOOKED_AT, ...(filter && { filter }) });
  const found = hits.map(foundIn).sort((a, b) => a.id - b.id);
  const same = found.filter(({ sense }) => sense.words.some((word) => folded(word) === asked));
  const longer = found.filter(
    (each) => !same.includes(each) && each.sense.words.some((word) => folded(word).startsWith(asked)),
  );
  return { count: same.length, senses: [...same, ...longer].slice(0, EXACT) };
}
