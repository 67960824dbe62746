// A search, from the request to the reply. A single query is answered in a single piece, and many
// queries are answered in slices.

import type { HitsReply, SearchRequest } from '../../base/calls.js';
import { amend, EdgeVecError } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Isolation } from '../isolation.js';
import type { LiveState } from '../live-state.js';
import { planOf } from './plan.js';
import { replyOf } from './reply.js';
import { selectable } from './selection.js';

export class Search {
  readonly #live: LiveState;
  readonly #isolation: Isolation;
  readonly #slices: Slices;
  /** The recall, if a request has neither `ef` nor `recall`. */
  readonly #recall: number;

  constructor(live: LiveState, isolation: Isolation, slices: Slices, recall: number) {
    this.#live = live;
    this.#isolation = isolation;
    this.#slices = slices;
    this.#recall = recall;
  }

  /** The hits of each query, in order. */
  async answer(request: SearchRequest): Promise<readonly HitsReply[]> {
    await this.#selectable(request);
    if (request.queries.length !== this.#live.engine.dimensions) return this.#many(request);
    return [this.#hits(request.queries, request) ?? (await this.#onceRowsAreIn(request))];
  }

  /** The hits of a single query, after reading the missing rows. */
  async #onceRowsAreIn(request: SearchRequest): Promise<HitsReply> {
    for (;;) {
      await this.#live.stream?.bring(this.#live.engine.searcher.needed());
      await this.#selectable(request);
      const hits = this.#hits(request.queries, request);
      if (hits !== undefined) return hits;
    }
  }

  async #many(request: SearchRequest): Promise<readonly HitsReply[]> {
    const size = this.#live.engine.dimensions;
    const count = request.queries.length / size;
    const replies: HitsReply[] = [];
    while (replies.length < count) {
      let needed: readonly number[] | undefined;
      await this.#selectable(request);
      await this.#slices.run(() => {
        this.#live.assertOpen();
        // Another tab's checkpoint may have taken the place of the rows, and of their columns.
        if (!this.#isSelectable(request)) return true;
        const row = replies.length;
        try {
          const hits = this.#hits(request.queries.subarray(row * size, (row + 1) * size), request);
          if (hits === undefined) needed = this.#live.engine.searcher.needed();
          else replies.push(hits);
        } catch (error) {
          throw error instanceof EdgeVecError ? amend(error, { row }) : error;
        }
        return needed !== undefined || replies.length === count;
      });
      if (needed !== undefined) await this.#live.stream?.bring(needed);
    }
    return replies;
  }

  /** Undefined if the search needs missing rows. */
  #hits(query: Float32Array, request: SearchRequest): HitsReply | undefined {
    const { collection, engine } = this.#live;
    const { filter, offset = 0, vectors } = request;
    const rows = filter && collection.columns.select(filter);
    const { k, ef, mode } = planOf(engine, request, rows?.count() ?? collection.count, this.#recall);
    const found = engine.searcher.search(query, k, ef, mode, rows?.words);
    return found === undefined ? undefined : replyOf(collection, offset, found, vectors);
  }

  #isSelectable({ filter }: SearchRequest): boolean {
    return filter === undefined || this.#live.collection.columns.isReady(filter);
  }

  #selectable({ filter }: SearchRequest): Promise<void> {
    return selectable(this.#live, this.#isolation, filter);
  }
}
