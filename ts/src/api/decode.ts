// Replies as callers want replies: columns become objects, and each distance gets a score. Every
// record and every hit gets metadata of its own: if a row occurs twice in a reply, both have one
// metadata object.

import type { HitsReply, RecordsReply } from '../base/calls.js';
import type { Hit, Metric, ScannedRecord } from '../base/types.js';
import { copyStored } from '../collection/metadata/copy.js';

export class Decoder<M extends object> {
  readonly #metric: Metric;
  readonly #dimensions: number;
  /** Metadata given out, if a row may occur more than once. */
  readonly #given: Set<object> | undefined;

  /** For one call. `mayRepeat`: a row may occur more than once in its replies. */
  constructor(metric: Metric, dimensions: number, mayRepeat: boolean) {
    this.#given = mayRepeat ? new Set() : undefined;
    this.#metric = metric;
    this.#dimensions = dimensions;
  }

  /** A record; with its vector if the reply has it. */
  record(reply: RecordsReply, i: number): ScannedRecord<M> {
    return { id: reply.ids[i] as ScannedRecord<M>['id'], ...this.#content(reply, i) };
  }

  /** Hits, nearest first. */
  hits(reply: HitsReply): Hit<M>[] {
    return reply.ids.map((id, i) => {
      const distance = reply.distances[i] as number;
      return { id, distance, score: scoreOf(this.#metric, distance), ...this.#content(reply, i) };
    });
  }

  #content({ metadata, vectors }: RecordsReply, i: number) {
    const content = { metadata: this.#own(metadata[i]) };
    const size = this.#dimensions;
    return vectors === undefined ? content : { ...content, vector: vectors.slice(i * size, (i + 1) * size) };
  }

  #own(metadata: object | undefined): M {
    // Metadata may be left out only where {} is a valid M.
    if (metadata === undefined) return {} as M;
    if (this.#given?.has(metadata)) return copyStored(metadata) as M;
    this.#given?.add(metadata);
    return metadata as M;
  }
}

function scoreOf(metric: Metric, distance: number): number {
  switch (metric) {
    case 'cosine':
      return 1 - distance;
    case 'dot':
      return 0 - distance;
    case 'euclidean':
      return 1 / (1 + distance);
  }
}
