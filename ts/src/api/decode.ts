// Replies as callers want replies: columns become objects, and each distance gets a score. Every
// record and every hit gets metadata of its own. If a row occurs twice in the replies to a call, a
// worker's message holds the metadata of the row once. If the row was updated between two queries
// of the call, the old and the new metadata share the values that the update kept.

import type { HitsReply, RecordsReply } from '../base/calls.js';
import { scoreOf } from '../base/score.js';
import type { Hit, Id, Metric, ScannedRecord } from '../base/types.js';
import { copyStored } from '../collection/metadata/copy.js';

export class Decoder<M extends object> {
  readonly #metric: Metric;
  readonly #dimensions: number;
  /** The ids whose metadata is given out, if a row may occur more than once. */
  readonly #given: Set<Id> | undefined;

  /** For one call. `mayRepeat`: a row may occur more than once in its replies. */
  constructor(metric: Metric, dimensions: number, mayRepeat: boolean) {
    this.#given = mayRepeat ? new Set() : undefined;
    this.#metric = metric;
    this.#dimensions = dimensions;
  }

  /** A record; with its vector if the reply has it. */
  record(reply: RecordsReply, i: number): ScannedRecord<M> {
    const id = reply.ids[i] as Id;
    return { id, ...this.#content(reply, i, id) };
  }

  /** Hits, nearest first. */
  hits(reply: HitsReply): Hit<M>[] {
    return reply.ids.map((id, i) => {
      const distance = reply.distances[i] as number;
      return { id, distance, score: scoreOf(this.#metric, distance), ...this.#content(reply, i, id) };
    });
  }

  #content({ metadata, vectors }: RecordsReply, i: number, id: Id) {
    const content = { metadata: this.#own(metadata[i], id) };
    const size = this.#dimensions;
    return vectors === undefined ? content : { ...content, vector: vectors.slice(i * size, (i + 1) * size) };
  }

  /** Noted by id, since two versions of a row are two objects and may share values. */
  #own(metadata: object | undefined, id: Id): M {
    // Metadata may be left out only if {} is a valid M.
    if (metadata === undefined) return {} as M;
    if (this.#given?.has(id)) return copyStored(metadata) as M;
    this.#given?.add(id);
    return metadata as M;
  }
}
