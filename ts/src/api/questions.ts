// The strings among the queries of a search: questions for the model of the database. Everything
// else of the search is checked and copied in the turn of the call, since the caller may change its
// objects as soon as the call has returned. The vectors of the questions come later.

import type { QuestionOptions } from '../base/embed.js';
import { ofCaller } from './caller.js';
import { readable, signalOption } from './options/values.js';
import type { Session } from './session.js';
import type { Taken } from './taken.js';
import { assertSameSpace, type Space } from './vector/space.js';

/** At most, queries of a call that may be questions. */
const MOST = 1 << 20;

/**
 * Undefined if no query is a string, or if the database has no model: the check of vectors then
 * refuses a string.
 *
 * @throws `INVALID_OPTIONS`, `INVALID_VECTOR`
 */
export function questionsIn(session: Session, queries: unknown, options: unknown): Questions | undefined {
  if (session.options.embed === undefined) return undefined;
  const given = ofCaller(
    // A list may claim a far too large length, which the check of queries refuses.
    () => (Array.isArray(queries) && queries.length <= MOST ? Array.from(queries as unknown[]) : undefined),
    'INVALID_VECTOR',
    'The queries cannot be read',
  );
  return given?.some(isQuestion) ? new Questions(session, given, options) : undefined;
}

export class Questions {
  /** The queries, with a vector of zeros in place of each question. */
  readonly queries: readonly unknown[];
  /** The options of a search with vectors. */
  readonly options: unknown;
  readonly #session: Session;
  readonly #signal: AbortSignal | undefined;
  /** Of the rows when the caller gave the queries. */
  readonly #space: Space;
  /** By place among the queries. */
  readonly #texts: ReadonlyMap<number, string>;

  constructor(session: Session, given: readonly unknown[], options: unknown) {
    const { signal, ...rest } = readable(() => (typeof options === 'object' ? { ...options } : {})) as QuestionOptions;
    this.#session = session;
    this.#signal = signalOption(signal);
    this.#space = session.host.engine;
    this.#texts = new Map(given.flatMap((query, place) => (isQuestion(query) ? [[place, query]] : [])));
    const blank = new Float32Array(session.dimensions);
    this.queries = given.map((query) => (isQuestion(query) ? blank : query));
    this.options = typeof options === 'object' ? rest : options;
  }

  /** @param copied the queries, one behind the other. @throws as `#vectors` */
  async fill(copied: Float32Array): Promise<Float32Array> {
    const vectors = await this.#vectors();
    const { dimensions } = this.#session;
    // Other dimensions are those of another model, and then all queries are questions.
    const isSame = dimensions === this.#space.dimensions;
    const filled = isSame ? copied : new Float32Array(vectors.size * dimensions);
    for (const [place, vector] of vectors) filled.set(vector, place * dimensions);
    return filled;
  }

  /** @param taken a search for each query. @throws as `#vectors` */
  async fillTaken(taken: readonly Taken[]): Promise<Taken[]> {
    const vectors = await this.#vectors();
    const space = this.#session.host.engine;
    return taken.map((search, place) => {
      const vector = vectors.get(place);
      return vector === undefined ? search : { ...search, vectors: vector, space };
    });
  }

  /**
   * The vectors of the questions, by place among the queries, by the model that the rows have then.
   *
   * @throws `MODEL_DIFFERS` if another query is a vector of an earlier model, `MODEL_FAILED`,
   * `ABORTED`, `CLOSED`
   */
  async #vectors(): Promise<ReadonlyMap<number, Float32Array>> {
    const session = this.#session;
    for (;;) {
      const { host } = session;
      const made = await session.embed([...this.#texts.values()], 'query', this.#signal).catch((error) => {
        if (host === session.host) throw error;
      });
      // `reembed` has put another host with another model in place of the host, and has closed it.
      if (made === undefined || host !== session.host) continue;
      const row = this.queries.findIndex((_, place) => !this.#texts.has(place));
      if (row >= 0) assertSameSpace(this.#space, host.engine, { row });
      return new Map([...this.#texts.keys()].map((place, i) => [place, made[i] as Float32Array]));
    }
  }
}

const isQuestion = (query: unknown): query is string => typeof query === 'string';
