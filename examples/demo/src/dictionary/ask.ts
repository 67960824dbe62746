/** Questions to the dictionary, and their answers. */
import type { Hit, SearchOptions } from 'edgevec';
import type { PartOfSpeech, Sense } from './sense';
import type { Dictionary, Index } from './store';

export interface Question {
  /** What the visitor has typed. */
  readonly text: string;
  /** The row to find more like, in place of the text. */
  readonly like: number | null;
  /** Only these parts of speech. None: all. */
  readonly parts: readonly PartOfSpeech[];
}

export interface Answer {
  readonly hits: readonly Hit<Sense>[];
  /** Milliseconds of the call of `search`, to the engine's worker and back. */
  readonly searchTime: number;
  /** The word of the sense that the hits are like, if the question was such a sense. */
  readonly like: string | null;
  /** False if the model knows no word of the text. */
  readonly known: boolean;
}

/** The senses of a word in the dictionary. */
export interface ExactWord {
  readonly count: number;
  readonly senses: readonly { readonly id: number; readonly sense: Sense }[];
}

export const HITS = 10;
const EXACT = 6;

type Filter = NonNullable<SearchOptions<Sense>['filter']>;

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
      like: sense.metadata.words[0] ?? '',
      known: true,
    };
  }
  const vector = await model.embedQuery(text);
  if (!vector) return NOTHING;
  return { ...(await timed(() => db.search(vector, options))), like: null, known: true };
}

const NOTHING: Answer = { hits: [], searchTime: 0, like: null, known: false };

async function timed(search: () => Promise<Hit<Sense>[]>): Promise<Pick<Answer, 'hits' | 'searchTime'>> {
  const start = performance.now();
  const hits = await search();
  return { hits, searchTime: performance.now() - start };
}

/** The senses of the word that `text` is. Count 0 if the dictionary has no such word. */
export async function findExact(db: Dictionary, text: string, parts: readonly PartOfSpeech[]): Promise<ExactWord> {
  const filter = { ...filterOf(parts), words: { $containsAny: spellings(text) } } as Filter;
  const [count, senses] = await Promise.all([db.count({ filter }), collect(db.scan({ filter, limit: EXACT }))]);
  return { count, senses };
}

async function collect(scan: AsyncIterable<{ id: string | number; metadata: Sense }>): Promise<ExactWord['senses']> {
  const found = [];
  for await (const { id, metadata } of scan) found.push({ id: Number(id), sense: metadata });
  return found;
}

/** Filters mind capitals, and visitors do not: `paris`, `Paris`, `PARIS`, and `New York`. */
function spellings(text: string): string[] {
  const lower = text.trim().replace(/\s+/g, ' ').toLowerCase();
  const title = lower.replace(/(?<=^|[\s-])\p{L}/gu, (letter) => letter.toUpperCase());
  return [...new Set([text.trim(), lower, title, lower.toUpperCase()])];
}
