// The rows of a database as a plain map, and the database itself with its handles.

import { expect } from 'vitest';
import { EdgeVec, type Filter, type Id, type Metric, type OpenOptions } from '../../../src/index.js';
import { type Fields, passes } from './meaning.js';

export interface Row {
  readonly vector: readonly number[];
  /** `undefined` for a row without metadata. */
  readonly metadata: Fields | undefined;
}

export const DIMENSIONS = 3;

export class Model {
  /** In order of insertion: a map keeps the place of a key that is set again. */
  readonly rows = new Map<Id, Row>();
  readonly metric: Metric;
  /** The filters that commands name by number, so that a filter is asked again after writes. */
  readonly filters: readonly Filter[];
  /** Whether each filter is asked after each write. If not, columns are made after many writes. */
  readonly isWatched: boolean;
  /** How many of the questions had a filter that passed some rows, and not all. */
  telling = 0;

  constructor(metric: Metric, filters: readonly Filter[], isWatched: boolean) {
    this.metric = metric;
    this.filters = filters;
    this.isWatched = isWatched;
  }

  filter(number: number): Filter {
    return this.filters[number % this.filters.length] as Filter;
  }

  /** The ids of the rows that match, in order of insertion. */
  matching(filter: Filter = {}): Id[] {
    return [...this.rows].filter(([, { metadata }]) => passes(filter, metadata)).map(([id]) => id);
  }

  row(id: Id): Row {
    return this.rows.get(id) as Row;
  }

  /** Puts the fields over the row's own fields. */
  update(id: Id, metadata: Fields | undefined, vector = this.row(id).vector): void {
    const own = this.row(id).metadata;
    this.rows.set(id, { vector, metadata: metadata === undefined ? own : { ...own, ...metadata } });
  }
}

/** How a stored database is opened. */
export type StoredAt = Pick<OpenOptions, 'worker' | 'directory'>;

let names = 0;

/** A database in storage. A second handle is another tab. */
export class Store {
  readonly #name: string;
  readonly #options: OpenOptions & { readonly dimensions: number };
  readonly #at: StoredAt;
  readonly #handles: (EdgeVec | undefined)[] = [undefined, undefined];
  #current = 0;

  constructor(at: StoredAt, metric: Metric) {
    this.#name = `model-${Date.now()}-${names++}`;
    this.#at = at;
    this.#options = { ...at, name: this.#name, dimensions: DIMENSIONS, metric };
  }

  get db(): EdgeVec {
    return this.#handles[this.#current] as EdgeVec;
  }

  async open(indexed?: readonly string[]): Promise<void> {
    // Another recall makes a copy of its own, as another tab has.
    const recall = this.#current === 0 ? 0.95 : 0.94;
    this.#handles[this.#current] = await EdgeVec.open({ ...this.#options, recall, ...(indexed && { indexed }) });
  }

  async reopen(indexed?: readonly string[]): Promise<void> {
    await this.db.close();
    await this.open(indexed);
  }

  /** From now on, `db` is the other handle. */
  async changeTab(): Promise<void> {
    this.#current = 1 - this.#current;
    if (this.db === undefined) await this.open();
    // A deletion takes its turn behind the writes of the other tab.
    expect(await this.db.delete({ filter: { a: { $in: [] } } })).toBe(0);
  }

  async end(): Promise<void> {
    for (const db of this.#handles) await db?.close();
    const { directory } = this.#at;
    await EdgeVec.drop(this.#name, directory === undefined ? {} : { directory });
  }
}
