// Random histories of a synchronous index, compared with a plain map after every call.

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Metric } from '../../src/index.js';
import init, { EdgeVec, EdgeVecConfig } from '../../src/sync.js';
import { cases } from '../support/property.js';
import { distance, random } from '../support/vectors.js';

const DIMENSIONS = 6;
const CALLS = 60;

interface Doc {
  n: number;
  even?: boolean;
}

interface Row {
  readonly vector: Float32Array;
  metadata: Doc | undefined;
}

/** The index, and the same rows in a map. */
class RandomHistory {
  readonly #next: () => number;
  readonly #metric: Metric;
  readonly #index: EdgeVec<Doc>;
  readonly #rows = new Map<number, Row>();
  #inserted = 0;

  constructor(seed: number, metric: Metric) {
    this.#next = random(seed);
    this.#metric = metric;
    const config = new EdgeVecConfig(DIMENSIONS);
    config.metric = metric;
    this.#index = new EdgeVec(config);
  }

  step(): void {
    const choice = this.#below(10);
    if (choice < 3) this.#insert(1);
    else if (choice < 4) this.#insert(this.#below(40));
    else if (choice < 6) this.#delete();
    else if (choice < 7) this.#index.compact();
    else if (choice < 9) this.#setMetadata();
    else this.#searchEach();
    this.#compare();
  }

  free(): void {
    this.#index.free();
  }

  #below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  #vector(): Float32Array {
    return Float32Array.from({ length: DIMENSIONS }, () => this.#next() * 2 - 1);
  }

  #document(): Doc | undefined {
    const n = this.#below(8);
    return this.#next() < 0.2 ? undefined : { n, ...(n % 2 === 0 && { even: true }) };
  }

  #insert(count: number): void {
    const rows: Row[] = Array.from({ length: count }, () => ({ vector: this.#vector(), metadata: this.#document() }));
    const metadata = rows.map((row) => row.metadata);
    const vectors = rows.map(({ vector }) => vector);
    const ids =
      count === 1
        ? [this.#index.insert(vectors[0] as Float32Array, metadata[0])]
        : this.#index.insertBatch(vectors, { metadata }).ids;
    expect(ids).toEqual(rows.map((_, i) => this.#inserted + i));
    for (const row of rows) this.#rows.set(this.#inserted++, row);
  }

  #delete(): void {
    if (this.#inserted === 0) return;
    const id = this.#below(this.#inserted);
    const was = this.#rows.delete(id);
    expect(this.#next() < 0.5 ? this.#index.delete(id) : this.#index.softDelete(id)).toBe(was);
  }

  #setMetadata(): void {
    const ids = [...this.#rows.keys()];
    const id = ids[this.#below(ids.length)];
    if (id === undefined) return;
    const row = this.#rows.get(id) as Row;
    const n = this.#below(8);
    if (this.#next() < 0.5) {
      row.metadata = { n };
      this.#index.setMetadata(id, { n });
    } else {
      row.metadata = { ...row.metadata, n };
      this.#index.setMetadata(id, 'n', n);
    }
  }

  /** Finds each row by its own vector. By dot product, longer vectors are nearer. */
  #searchEach(): void {
    if (this.#metric === 'dot') return;
    for (const [id, { vector }] of this.#rows) expect(this.#index.search(vector, 1, { exact: true })[0]?.id).toBe(id);
  }

  #compare(): void {
    expect(this.#index.size).toBe(this.#rows.size);
    const query = this.#vector();
    const least = this.#below(8);
    const filtered = this.#next() < 0.5;
    const matching = [...this.#rows].filter(
      ([, { metadata }]) => !filtered || (metadata !== undefined && metadata.n >= least),
    );
    const truth = matching
      .map(([id, { vector }]) => ({ id, score: distance(this.#metric, query, vector) }))
      .sort((a, b) => a.score - b.score);
    const options = filtered ? { filter: { n: { $gte: least } } } : {};
    const hits = this.#index.search(query, 12, options);
    expect(hits.length).toBe(Math.min(12, truth.length));
    for (const [i, { id, score, metadata }] of hits.entries()) {
      const row = this.#rows.get(id) as Row;
      expect(score).toBeCloseTo(truth[i]?.score as number, 4);
      expect(score).toBeCloseTo(distance(this.#metric, query, row.vector), 4);
      expect(metadata).toEqual(row.metadata);
    }
  }
}

export function defineSyncModelSuite(label: string): void {
  describe(`Random histories of a synchronous index, ${label}`, () => {
    beforeAll(() => init());

    test.each(['cosine', 'dot', 'euclidean'] as const)('%s', (metric) => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const history = new RandomHistory(seed, metric);
          try {
            for (let call = 0; call < CALLS; call++) history.step();
          } finally {
            history.free();
          }
        }),
        cases(10),
      );
    });
  });
}
