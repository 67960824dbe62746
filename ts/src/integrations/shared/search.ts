// A search that follows its query, as all frameworks write the search.

import type {
  EdgeVec,
  FusionOptions,
  Hit,
  HybridTarget,
  SearchOptions,
  SparseTarget,
  TextTarget,
  VectorInput,
  VectorSearch,
  VectorTarget,
  WordOptions,
} from '../../index.js';
import type { QueryFacts, Question } from './live-query.js';

/**
 * A query: a vector, `{ vector }` or `{ like: id }`, or the promise of either, such as the promise
 * of an embedding. In a database with a model (`embed` of `open`), also a string: a question, which
 * the model embeds. `null` and `undefined` search nothing.
 */
export type SearchQuery = Maybe<VectorInput | VectorTarget | string>;

/**
 * A query by words, by a sparse vector, by several vectors, or by several of these at once, or the
 * promise of such a query.
 */
export type TextQuery = Maybe<TextTarget | SparseTarget | HybridTarget>;

type Targets = VectorTarget | TextTarget | SparseTarget | HybridTarget;
type Maybe<Query> = Query | PromiseLike<Query> | null | undefined;

/** Options of a search that waits while the user types. */
interface Debounced {
  /**
   * Milliseconds that a new query waits for a newer query, for searches while the user types.
   * Default 0: every query is searched at once.
   */
  readonly debounce?: number;
}

/** The options of `db.search`, and `debounce`. */
export interface UseSearchOptions<M extends object = Record<string, unknown>> extends SearchOptions<M>, Debounced {}

/** The options of a search by words, and `debounce`. */
export interface UseTextOptions<M extends object = Record<string, unknown>>
  extends SearchOptions<M>,
    WordOptions<M>,
    FusionOptions,
    Debounced {}

/** The state of a search. */
export interface SearchState<H> extends QueryFacts {
  /** The best first. Empty before the first answer, and after an error. */
  readonly hits: readonly H[];
}

export const NO_HITS: readonly never[] = [];

/** The question that a search asks. */
export function searchQuestion<M extends object>(
  db: EdgeVec<M>,
  query: NonNullable<SearchQuery | TextQuery>,
  { debounce, ...options }: UseTextOptions<M>,
): Question<readonly Hit<M>[]> {
  const run = async (): Promise<readonly Hit<M>[]> => {
    const asked = await query;
    // The hooks know the type of the hits from the type of the query.
    const hits = isObject(asked)
      ? await db.search({ ...options, ...asked } as VectorSearch<M>)
      : // A string and a vector have two signatures.
        await db.search(asked as string, options);
    return hits;
  };
  return { db, debounce, run };
}

function isObject(query: VectorInput | Targets | string): query is Targets {
  return ['vector', 'vectors', 'like', 'text', 'sparse'].some((name) => Object.hasOwn(Object(query), name));
}
