// A search, from the request to the reply. A single query is answered in a single piece, and many
// queries are answered in slices.

import type { HitsReply, SearchRequest } from '../../base/calls.js';
import { amend, EdgeVecError } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Isolation } from '../isolation.js';
import type { LiveState } from '../live-state.js';
import { planOf } from './plan.js';
import { replyOf } from './reply.js';

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
    while (this.#isolation.gate !== undefined) await this.#isolation.gate;
    this.#live.assertOpen();
    if (request.queries.length !== this.#live.engine.dimensions) return this.#many(request);
    return [this.#hits(request.queries, request) ?? (await this.#onceRowsAreIn(request))];
  }

  /** The hits of a single query, after reading the missing rows. */
  async #onceRowsAreIn(request: SearchRequest): Promise<HitsReply> {
    for (;;) {
      await this.#live.stream?.bring(this.#live.engine.searcher.needed());
      while (this.#isolation.gate !== undefined) await this.#isolation.gate;
      this.#live.assertOpen();
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
      await this.#slices.run(() => {
        this.#live.assertOpen();
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
    const state = this.#live.collection;
    const { k, ef, mode } = planOf(state, request, this.#recall);
    const found = state.engine.searcher.search(query, k, ef, mode);
    return found === undefined ? undefined : replyOf(state, found, request.vectors);
  }
}
