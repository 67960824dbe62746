// The configuration of a synchronous index. Each value is checked when the value is set.

import { checkKeys, integer, invalid, MAX_U32, oneOf, share } from '../api/options/values.js';
import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import type { EngineOptions } from '../base/options.js';
import type { Metric, Precision } from '../base/types.js';
import type { SyncMetric } from './types.js';

const METRICS: readonly SyncMetric[] = ['cosine', 'l2', 'dot', 'euclidean'];

/** The values of a configuration, checked, with every default filled in. @internal */
export interface Settings {
  readonly engine: EngineOptions;
  readonly recall: number;
  /** The breadth of searches, if set. */
  readonly ef: number | undefined;
}

interface Values {
  dimensions: number;
  metric: Metric;
  precision: Precision;
  m: number;
  m0: number | undefined;
  efConstruction: number;
  ef: number | undefined;
  recall: number;
  seed: number;
}

const values = /* @__PURE__ */ new WeakMap<object, Values>();

/**
 * The configuration of an index. An index copies the values when you make the index, so a later
 * change has no effect on the index.
 *
 * @example
 * import init, { EdgeVec, EdgeVecConfig } from 'edgevec/sync';
 * await init();
 * const config = new EdgeVecConfig(384);
 * config.metric = 'cosine';
 * const index = new EdgeVec(config);
 */
export class EdgeVecConfig {
  /**
   * @param dimensions numbers in a vector: an integer from 1 to 4096
   * @throws `INVALID_OPTIONS`
   */
  constructor(dimensions: number) {
    values.set(this, {
      dimensions: integer('dimensions', dimensions, 1, 4096),
      metric: 'cosine',
      precision: 'float32',
      m: 16,
      m0: undefined,
      efConstruction: 200,
      ef: undefined,
      recall: 0.95,
      seed: 0,
    });
  }

  /** Numbers in a vector. */
  get dimensions(): number {
    return of(this).dimensions;
  }

  /**
   * How closeness is measured: `'cosine'` (default), `'dot'`, or `'euclidean'`, which also has the
   * name `'l2'`. Setting another value throws `INVALID_OPTIONS`.
   */
  get metric(): Metric {
    return of(this).metric;
  }
  set metric(metric: SyncMetric) {
    const known = oneOf('metric', metric, METRICS);
    of(this).metric = known === 'l2' ? 'euclidean' : known;
  }

  /** How precisely each vector is kept. Default `'float32'`. See `precision` of `edgevec`. */
  get precision(): Precision {
    return of(this).precision;
  }
  set precision(precision: Precision) {
    of(this).precision = oneOf('precision', precision, ['float32', 'int16', 'int8']);
  }

  /** Links of a row on each level of the graph: an integer from 2 to 64. Default 16. */
  get m(): number {
    return of(this).m;
  }
  set m(m: number) {
    of(this).m = integer('m', m, 2, 64);
  }

  /** Links of a row on the base level: always twice `m`. An index refuses another number. */
  get m0(): number {
    return of(this).m0 ?? 2 * of(this).m;
  }
  set m0(m0: number) {
    of(this).m0 = integer('m0', m0, 4, 128);
  }

  /** Breadth of the search for a new row's links: an integer from `m` to 4096. Default 200. */
  get efConstruction(): number {
    return of(this).efConstruction;
  }
  set efConstruction(efConstruction: number) {
    of(this).efConstruction = integer('efConstruction', efConstruction, 2, 4096);
  }

  /** The same as `efConstruction`. */
  get ef_construction(): number {
    return this.efConstruction;
  }
  set ef_construction(efConstruction: number) {
    this.efConstruction = efConstruction;
  }

  /**
   * Breadth of searches that have neither `ef` nor `recall`: an integer from 1. Default
   * `undefined`: the index chooses the breadth for `recall`, and `recall` is the better setting.
   */
  get efSearch(): number | undefined {
    return of(this).ef;
  }
  set efSearch(efSearch: number | undefined) {
    of(this).ef = efSearch === undefined ? undefined : integer('efSearch', efSearch, 1, MAX_U32);
  }

  /** The same as `efSearch`. */
  get ef_search(): number | undefined {
    return this.efSearch;
  }
  set ef_search(efSearch: number | undefined) {
    this.efSearch = efSearch;
  }

  /**
   * The share of the true nearest rows that a search finds on average: a number above 0 and below
   * 1. Default 0.95.
   */
  get recall(): number {
    return of(this).recall;
  }
  set recall(recall: number) {
    of(this).recall = share('recall', recall);
  }

  /** The seed for the shape of the graph: an integer from 0 to 2^32 - 1. Default 0. */
  get seed(): number {
    return of(this).seed;
  }
  set seed(seed: number) {
    of(this).seed = integer('seed', seed, 0, MAX_U32);
  }
}

const KNOWN = {
  metric: true,
  precision: true,
  m: true,
  m0: true,
  efConstruction: true,
  efSearch: true,
  recall: true,
  seed: true,
} satisfies Partial<Record<keyof EdgeVecConfig, true>>;

/** The values of a configuration. @throws `INVALID_OPTIONS` @internal */
export function settingsOf(config: unknown): Settings {
  const found = typeof config === 'object' && config !== null ? values.get(config) : undefined;
  if (found === undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'The index was given no configuration', {
      expected: 'an EdgeVecConfig',
      got: inspect(config),
      remedy: 'Make one first: new EdgeVec(new EdgeVecConfig(128)).',
    });
  }
  // All known names are accessors of the class. An own property is a name that the class lacks.
  checkKeys('EdgeVecConfig', { ...(config as object) }, KNOWN);
  const { dimensions, metric, precision, m, m0, efConstruction, ef, recall, seed } = found;
  if (m0 !== undefined && m0 !== 2 * m) throw invalid('m0', `twice m, so ${2 * m}`, m0, 'Leave m0 out, and set m.');
  integer('efConstruction', efConstruction, m, 4096);
  return { engine: { dimensions, metric, precision, m, efConstruction, seed }, recall, ef };
}

function of(config: EdgeVecConfig): Values {
  const found = values.get(config);
  if (found !== undefined) return found;
  throw new EdgeVecError('INVALID_OPTIONS', 'A property of EdgeVecConfig was used on another object', {
    expected: 'an EdgeVecConfig',
    remedy: 'Make one with new EdgeVecConfig(dimensions).',
  });
}
