// The searches: by a vector, like a row, by words, and by several of these at once. Types only.

import type { FieldName, Filter } from './filter-types.js';
import type { Id, SparseInput, VectorInput } from './types.js';

type Default = Record<string, unknown>;

/** Options of every search. */
export interface ReadOptions<M extends object = Default> {
  /**
   * The largest number of hits: an integer from 1. Default 10. A search returns fewer hits only if
   * fewer rows are in the database or match the filter. A search runs in one piece and takes some
   * 20 ms for 20,000 hits.
   */
  readonly k?: number;
  /**
   * Leaves out the best rows, for pages of hits: an integer from 0. Default 0. The second page
   * of ten has `{ k: 10, offset: 10 }`. The database looks for `offset + k` rows, and a wider
   * search may find a near row that an earlier page missed. Pass the same `ef` or `candidates` with
   * each page, at least `offset + k` of the last page, if no row may be on two pages.
   */
  readonly offset?: number;
  /**
   * Only rows whose metadata match. The search returns `k` hits if `k` rows match, however few of
   * all rows these are. Default: every row.
   *
   * @example
   * await db.search(query, { filter: { year: { $gte: 1990 }, tags: { $contains: 'poetry' } } });
   */
  readonly filter?: Filter<M>;
  /** Return the vector of each hit too. Default false. */
  readonly includeVectors?: boolean;
}

/** Options of a search for the nearest rows. */
export interface NearestOptions<M extends object = Default> extends ReadOptions<M> {
  /**
   * The share of the true nearest rows to find, on average: a number above 0 and below 1. A higher
   * `recall` takes longer. Default: the `recall` that `open` was given, or 0.95. Use `exact` if the
   * search must find every nearest row. Not together with `ef` or `exact`.
   */
  readonly recall?: number;
  /**
   * Breadth of the graph search, in place of `recall`: an integer from 1. A value below `k` is
   * raised to `k`. Use `ef` if you know the algorithm, and for benchmarks.
   */
  readonly ef?: number;
  /** Compare the query with every row: slow on large sets, always right. Default false. */
  readonly exact?: boolean;
}

/** Options of a search by words. */
export interface WordOptions<M extends object = Default> extends ReadOptions<M> {
  /**
   * The last word may be the beginning of a word, for a search while the user types. Default false.
   * Up to 50 words of the database count: the shortest words that begin so.
   */
  readonly prefix?: boolean;
  /**
   * A word may have a typo: a character too many, too few or wrong, or two neighbours exchanged.
   * Default false. For words of four bytes and more. Up to 50 words of the database count for a
   * word: the shortest.
   */
  readonly fuzzy?: boolean;
  /** Tell where the words are in the text fields of each hit. Default false. */
  readonly highlight?: boolean;
}

/** Options that choose hits among the best rows, the *candidates*. */
export interface RankingOptions<M extends object = Default> {
  /**
   * How many rows to choose the hits from: an integer of at least `offset + k`. Default 100, or
   * `offset + k` if that is more. A search that fuses takes so many rows by each vector, by the
   * words and by the sparse vector, and keeps the best of them after fusion. `rerank`, `diversity`
   * and `groupBy` choose from the kept rows. With `groupBy` and without `rerank`, the default grows
   * up to 64 times, until there are enough groups.
   */
  readonly candidates?: number;
  /**
   * How much the hits must differ from each other: a number from 0 (not at all, the default) to 1.
   * Maximal marginal relevance: the next hit has the highest `(1 - diversity) * relevance -
   * diversity * similarity`. The similarity is the highest cosine with a hit before. The relevance
   * is the cosine with the query, and for all other hits the score, scaled so that the best
   * candidate has 1 and the worst 0.
   */
  readonly diversity?: number;
  /**
   * A field of the metadata, by name or by path: at most `perGroup` hits have the same value. For
   * strings, numbers, booleans, bigints, dates and `null`. A row with another value, or without the
   * field, is a group of its own.
   */
  readonly groupBy?: FieldName<M>;
  /** The largest number of hits of a group: an integer from 1. Default 1. */
  readonly perGroup?: number;
  /**
   * Only hits with at least this `score`. Default: no limit. The range of scores depends on the
   * search: see `score` of each kind of hit, and the option `fusion`.
   */
  readonly minScore?: number;
  /**
   * Scores the candidates again, for example by a cross-encoder. The hits are then sorted by these
   * scores, and `score` is this score.
   */
  readonly rerank?: Rerank<M>;
  /** How many milliseconds `rerank` may take: a number from 1 to 2^31 - 1. Default: no limit. */
  readonly timeout?: number;
}

/**
 * Gives each hit a new score, higher for a better hit, in the order of the hits. Runs in the
 * thread of the caller.
 *
 * @param query the words of the search, if the search has words
 * @param hits the candidates, the best first
 * @param context `signal` is aborted when the time is over
 */
export type Rerank<M extends object = Default> = (
  query: { readonly text?: string },
  hits: readonly TextHit<M>[],
  context: { readonly signal: AbortSignal },
) => ArrayLike<number> | PromiseLike<ArrayLike<number>>;

/** Options of `search` with a vector, and of `searchMany`. */
export interface SearchOptions<M extends object = Default> extends NearestOptions<M>, RankingOptions<M> {}

/** What to look for. Each kind of search has some of these. */
interface Targets {
  /** A vector: the rows nearest to the vector. */
  readonly vector?: VectorInput | undefined;
  /** The id of a row: the rows most like the row, without the row itself. */
  readonly like?: Id | undefined;
  /** Several vectors, for example of several wordings of a question. The lists are fused. */
  readonly vectors?: readonly VectorInput[] | undefined;
  /**
   * The words to look for, at most 10,000 characters. A row needs only one of the words, and rows
   * with more words and rarer words come first (BM25).
   */
  readonly text?: string | undefined;
  /**
   * A sparse vector of at most 4,096 indices, in a database that was opened with `sparse: true`:
   * the rows with the highest dot product. Only rows that have a value above 0 at one of the
   * indices.
   */
  readonly sparse?: SparseInput | undefined;
}

type Target<Name extends keyof Targets> = { readonly [K in Name]-?: Exclude<Targets[K], undefined> } & {
  readonly [K in Exclude<keyof Targets, Name>]?: undefined;
};

/** A vector, or a row. */
export type VectorTarget = Target<'vector'> | Target<'like'>;

/** Words. */
export type TextTarget = Target<'text'>;

/** A sparse vector. */
export type SparseTarget = Target<'sparse'>;

/** Several of a vector, words and a sparse vector at once, or several vectors. */
export type HybridTarget =
  | Target<'vector' | 'text'>
  | Target<'like' | 'text'>
  | Target<'vectors' | 'text'>
  | Target<'vectors'>
  | Target<'vector' | 'sparse'>
  | Target<'like' | 'sparse'>
  | Target<'vectors' | 'sparse'>
  | Target<'text' | 'sparse'>
  | Target<'vector' | 'text' | 'sparse'>
  | Target<'like' | 'text' | 'sparse'>
  | Target<'vectors' | 'text' | 'sparse'>;

/** A search for the rows nearest to a vector, or most like a row. */
export type VectorSearch<M extends object = Default> = SearchOptions<M> & VectorTarget;

/** A search by words. */
export type TextSearch<M extends object = Default> = WordOptions<M> & RankingOptions<M> & TextTarget;

/** A search by a sparse vector. */
export type SparseSearch<M extends object = Default> = ReadOptions<M> & RankingOptions<M> & SparseTarget;

/** A search by several of a vector, words and a sparse vector at once, or by several vectors. */
export type HybridSearch<M extends object = Default> = SearchOptions<M> & WordOptions<M> & FusionOptions & HybridTarget;

/** A search, with all options beside the words or vectors. */
export type Search<M extends object = Default> = VectorSearch<M> | TextSearch<M> | SparseSearch<M> | HybridSearch<M>;

/** How a search makes one list of several lists. */
export interface FusionOptions {
  /**
   * Default `'relative'`.
   *
   * - `'relative'`: the scores of each list, scaled so that the best candidate has 1 and the worst
   *   0, and then the weighted mean. A score is from 0 to 1.
   * - `'rrf'`: reciprocal rank fusion. A score is the sum of `weight / (rrfK + rank)`.
   */
  readonly fusion?: 'rrf' | 'relative';
  /**
   * For `'rrf'`: a number from 0 to 1,000,000, by default 60. With a higher `rrfK`, the first ranks
   * have less advantage over later ranks.
   */
  readonly rrfK?: number;
  /**
   * How much each list counts: numbers from 0 to 1,000,000, default 1. At least one weight is above
   * 0. For several vectors, `vector` is the weight of each vector, or an array with a weight for
   * each.
   */
  readonly weights?: {
    /** The weight of the vector, or of each vector. */
    readonly vector?: number | readonly number[];
    /** The weight of the words. */
    readonly text?: number;
    /** The weight of the sparse vector. */
    readonly sparse?: number;
  };
  /** Give each hit its rank and its score in each list: see {@link FusedHit}. Default false. */
  readonly explain?: boolean;
}

/** A hit of a search by words or by a sparse vector. */
export interface TextHit<M extends object> {
  /** The name of the row. */
  readonly id: Id;
  /**
   * The score by BM25, or the dot product with the sparse vector: above 0, and higher for a better
   * row. After `rerank`, the score that `rerank` gave.
   */
  readonly score: number;
  /** A copy of the stored metadata. */
  readonly metadata: M;
  /** A copy of the stored vector, if the search has `includeVectors: true`. */
  readonly vector?: Float32Array;
  /** The places of the words in the text fields, if the search has `highlight: true`. */
  readonly highlights?: Highlights;
}

/** A hit of a search that fuses several lists. `score` is the score of the fusion. */
export interface FusedHit<M extends object> extends TextHit<M> {
  /**
   * With `explain: true`: the rank among the candidates of the vector, from 1. Of several vectors,
   * the best rank. Absent if the row is no candidate of a vector.
   */
  readonly vectorRank?: number;
  /** With `explain: true`: the score of `vectorRank`, as {@link Hit.score} has it. */
  readonly vectorScore?: number;
  /**
   * With `explain: true`: the rank among the candidates by words, from 1. Absent if the row has
   * none of the words.
   */
  readonly textRank?: number;
  /** With `explain: true`: the score by BM25. Absent if the row has no `textRank`. */
  readonly textScore?: number;
  /**
   * With `explain: true`: the rank among the candidates by the sparse vector, from 1. Absent if the
   * row has none of the indices.
   */
  readonly sparseRank?: number;
  /**
   * With `explain: true`: the dot product with the sparse vector. Absent if the row has no
   * `sparseRank`.
   */
  readonly sparseScore?: number;
}

/**
 * Where the words of a query are in a row: for each text field with words, begin and end of each
 * place, as `slice` takes them. Only the first 100,000 UTF-16 units of a field count.
 */
export type Highlights = Readonly<Record<string, readonly (readonly [start: number, end: number])[]>>;
