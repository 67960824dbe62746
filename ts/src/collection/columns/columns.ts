// Columns of metadata: the values of a field for all rows, so that a filter need not read the
// metadata of each row. Metadata stays the truth, and a column follows from the metadata.
//
// The first filter on a field makes the column, in small steps. From then on, every write of a row
// goes to all columns. A write also goes to columns that are being made: the builder reads the
// present metadata of each slot, so a slot written before or after its turn is right.

import { Bits, type ReadonlyBits } from '../../base/bits.js';
import type { Clause, Path } from '../../base/clause.js';
import { amend, EdgeVecError, internal } from '../../base/errors.js';
import type { FacetCount } from '../../base/queries.js';
import { valueAt } from '../../filter/match.js';
import { Unread } from '../../format/value/unread.js';
import { Pace } from '../pace.js';
import type { SlotChunk, SlotRecord, SlotStore, Slots } from '../slot-store.js';
import { BitsCache } from './cache.js';
import { type AnyIndex, Column } from './column.js';
import { evaluate } from './evaluate.js';
import { fieldClausesOf } from './fields.js';
import { pathKey } from './key.js';

/** The name of the store of columns. */
export const COLUMNS = 'columns';

/**
 * With more columns than this, columns leave that the last clauses did not use. A filter may come
 * from outside, and every write costs time for each column.
 */
const MOST_COLUMNS = 128;
/** A column stays for so many evaluations after its last use. */
const IDLE_USES = 64;

/** The metadata of rows, as columns read the metadata. */
export interface MetadataReader {
  /** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` */
  peek(slot: number): object | undefined;
  /** The bytes that `peek` reads, about. */
  lineBytes(slot: number): number;
}

/** Columns that are made together, in one pass over the metadata. */
interface Build {
  readonly columns: ReadonlySet<Column>;
  /** All callers that wait for the columns share the steps. */
  readonly steps: Generator<undefined, void>;
}

export class Columns implements SlotStore {
  readonly name = COLUMNS;
  readonly #slots: Slots;
  readonly #metadata: MetadataReader;
  readonly #columns = new Map<string, Column>();
  readonly #declared = new Map<string, Path>();
  #builds: Build[] = [];
  /** The slots of all rows, from the first use on. */
  #rows: Bits | undefined;
  #rowsChanged = 0;
  /**
   * The errors of rows whose metadata cannot be read, by slot. Known for all rows if a column is.
   */
  readonly #unread = new Map<number, EdgeVecError>();
  readonly #cache: BitsCache;
  /** Counts writes of rows. */
  #time = 0;
  /** Counts evaluations. */
  #uses = 0;

  constructor(slots: Slots, metadata: MetadataReader, cache = new BitsCache()) {
    this.#cache = cache;
    this.#slots = slots;
    this.#metadata = metadata;
  }

  /** The fields with a column, or with a column being made. */
  get fields(): Path[] {
    return [...this.#columns.values()].map(({ path }) => path);
  }

  /** The fields whose columns are kept, however seldom a clause uses the columns. */
  get declared(): Path[] {
    return [...this.#declared.values()];
  }

  /** Keeps the columns of these fields from now on. `prepareFields` makes the columns. */
  declare(fields: readonly Path[]): void {
    for (const field of fields) this.#declared.set(pathKey(field), field);
  }

  /** Whether `select` can evaluate the clause, and is fast. */
  isReady(clause: Clause): boolean {
    return fieldClausesOf(clause).every((part) => {
      const column = this.#columns.get(pathKey(part.path));
      return column?.isBuilt === true && column.indexesOf(part).every(({ isFresh }) => isFresh);
    });
  }

  /**
   * Makes the columns that the clause needs, in one pass over the metadata, and what makes the
   * clause fast. Yields now and then. Rows may be written in the meantime.
   */
  *prepare(clause: Clause): Generator<undefined, void> {
    const parts = fieldClausesOf(clause);
    yield* this.prepareFields(parts.map(({ path }) => path));
    for (const part of parts) {
      const indexes: AnyIndex[] = this.#columns.get(pathKey(part.path))?.indexesOf(part) ?? [];
      for (const index of indexes) yield* index.prepare();
    }
  }

  /** Whether each of the fields has a column. */
  areFieldsReady(fields: readonly Path[]): boolean {
    return fields.every((field) => this.#columns.get(pathKey(field))?.isBuilt === true);
  }

  /** Makes the missing columns of these fields, as `prepare` does. */
  *prepareFields(fields: readonly Path[]): Generator<undefined, void> {
    const wanted = new Map(fields.map((field) => [pathKey(field), field]));
    this.#dropIdle(wanted);
    const added = new Set<Column>();
    for (const [key, field] of wanted) {
      if (this.#columns.has(key)) continue;
      const column = new Column(field);
      // Nothing is known about the time before. Answers of an earlier column may be wrong.
      column.changed = this.#time;
      // The caller who waits for the column has not used the column yet.
      column.used = this.#uses;
      this.#columns.set(key, column);
      added.add(column);
    }
    if (added.size > 0) this.#builds.push({ columns: added, steps: this.#fill(added) });
    for (const key of wanted.keys()) {
      const column = this.#columns.get(key) as Column;
      const build = this.#builds.find(({ columns }) => columns.has(column));
      while (!column.isBuilt && build?.steps.next().done === false) yield;
    }
  }

  /**
   * The slots of the rows that match.
   *
   * @returns a set that is valid until the next write. Nobody may change the set
   * @throws the error of `get`, if the metadata of a row cannot be read: nobody knows whether the
   * row matches. `INTERNAL` if a column is missing
   */
  select(clause: Clause): ReadonlyBits {
    this.#uses++;
    if (this.#unread.size > 0 && fieldClausesOf(clause).length > 0) this.#assertRead();
    return evaluate(clause, {
      rows: this.#allRows(),
      rowsChanged: this.#rowsChanged,
      time: this.#time,
      column: (path) => this.#column(path),
      cache: this.#cache,
    });
  }

  /**
   * The values of a field among `rows`, with the number of rows for each. An array or a Set counts
   * each of its elements once. Objects are not counted. The highest counts come first (`Tally`
   * orders equal counts). Yields now and then, and no row may change until the end.
   *
   * @param limit the most values, at least 1
   * @throws as `select`
   */
  *facet(path: Path, rows: ReadonlyBits, limit: number): Generator<undefined, FacetCount[]> {
    this.#uses++;
    this.#assertRead();
    return yield* this.#column(path).tally(rows, limit);
  }

  set(slot: number, old: number | undefined, { id, metadata }: SlotRecord): void {
    if (old !== undefined && old !== slot) this.delete(old);
    this.#time++;
    if (this.#rows?.has(slot) === false) {
      this.#rows.add(slot);
      this.#rowsChanged = this.#time;
    }
    if (this.#columns.size === 0) return;
    if (metadata instanceof Unread) this.#setUnread(slot, amend(metadata.error, { id }));
    else {
      this.#unread.delete(slot);
      this.#setAll(this.#columns.values(), slot, metadata);
    }
  }

  delete(slot: number): void {
    this.#time++;
    if (this.#rows?.has(slot) === true) {
      this.#rows.delete(slot);
      this.#rowsChanged = this.#time;
    }
    this.#unread.delete(slot);
    for (const column of this.#columns.values()) if (column.delete(slot)) column.changed = this.#time;
  }

  /** Columns are not stored. */
  chunks(): Iterable<SlotChunk> {
    return [];
  }

  bytes(): number {
    let bytes = this.#cache.bytes() + (this.#rows?.bytes() ?? 0);
    for (const column of this.#columns.values()) bytes += column.bytes();
    return bytes;
  }

  /** Adds all rows to new columns. Yields now and then. */
  *#fill(columns: ReadonlySet<Column>): Generator<undefined, void> {
    const pace = new Pace();
    for (let slot = 0; slot < this.#slots.count; slot++) {
      if (!this.#slots.has(slot)) continue;
      const bytes = this.#metadata.lineBytes(slot);
      try {
        this.#setAll(columns, slot, this.#metadata.peek(slot));
      } catch (error) {
        if (!(error instanceof EdgeVecError)) {
          this.#giveUp(columns);
          throw error;
        }
        this.#setUnread(slot, error);
      }
      if (pace.isDue(bytes)) yield;
    }
    for (const column of columns) column.isBuilt = true;
    this.#builds = this.#builds.filter((build) => build.columns !== columns);
  }

  /** A later call begins again. */
  #giveUp(columns: ReadonlySet<Column>): void {
    for (const { path } of columns) this.#columns.delete(pathKey(path));
    this.#builds = this.#builds.filter((build) => build.columns !== columns);
  }

  #setAll(columns: Iterable<Column>, slot: number, metadata: object | undefined): void {
    for (const column of columns) if (column.set(slot, valueAt(metadata, column.path))) column.changed = this.#time;
  }

  #setUnread(slot: number, error: EdgeVecError): void {
    this.#unread.set(slot, error);
    this.#setAll(this.#columns.values(), slot, undefined);
  }

  #assertRead(): void {
    for (const error of this.#unread.values()) throw error;
  }

  #column(path: Path): Column {
    const column = this.#columns.get(pathKey(path));
    if (column?.isBuilt !== true) throw internal(`There is no column of the field ${pathKey(path)}`);
    column.used = this.#uses;
    return column;
  }

  #allRows(): Bits {
    if (this.#rows === undefined) {
      this.#rows = new Bits();
      for (let slot = 0; slot < this.#slots.count; slot++) if (this.#slots.has(slot)) this.#rows.add(slot);
      this.#rowsChanged = this.#time;
    }
    return this.#rows;
  }

  #dropIdle(wanted: ReadonlyMap<string, Path>): void {
    if (this.#columns.size <= MOST_COLUMNS) return;
    for (const [key, column] of this.#columns) {
      const isIdle = column.isBuilt && column.used < this.#uses - IDLE_USES;
      if (isIdle && !wanted.has(key) && !this.#declared.has(key)) this.#columns.delete(key);
    }
  }
}
