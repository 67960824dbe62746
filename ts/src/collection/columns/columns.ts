// Columns of metadata: the values of a field for all rows, so that a filter need not read the
// metadata of each row. Metadata stays the truth, and a column follows from the metadata.
//
// The first filter on a field makes the column, in small steps. From then on, every write of a row
// goes to all columns. A write also goes to columns that are being made: the builder reads the
// present metadata of each slot, so a slot written before or after its turn is right.
//
// A checkpoint keeps columns too, so the first filter after a restart reads these columns in place
// of all metadata. Only rows that have changed since the checkpoint are then read as metadata.

import { Bits, type ReadonlyBits } from '../../base/bits.js';
import type { Clause, Path } from '../../base/clause.js';
import { amend, type EdgeVecError, internal } from '../../base/errors.js';
import type { FacetCount } from '../../base/queries.js';
import { valueAt } from '../../filter/match.js';
import type { StoredColumn } from '../../format/columns/listed.js';
import { Unread } from '../../format/value/unread.js';
import type { SlotChunk, SlotRecord, SlotStore, Slots } from '../slot-store.js';
import { Builder, type MetadataReader, type NewColumn } from './builder.js';
import { BitsCache } from './cache.js';
import { ChunkTimes } from './chunk-times.js';
import { type AnyIndex, Column } from './column.js';
import { evaluate } from './evaluate.js';
import { fieldClausesOf, pathsOf } from './fields.js';
import { pathKey } from './key.js';
import { chunksOf } from './stored-chunks.js';
import { type ReadChunk, StoredColumns } from './stored-columns.js';

/** The name of the store of columns. */
export const COLUMNS = 'columns';

/**
 * With more columns than this, columns leave that the last clauses did not use. A filter may come
 * from outside, and every write costs time for each column.
 */
const MOST_COLUMNS = 128;
/** A column stays for so many evaluations after its last use. */
const IDLE_USES = 64;
/** A checkpoint stores so many columns of fields that nobody has declared. */
const MOST_STORED = 32;

/** Columns that are made together, in one pass over the metadata. */
interface Build {
  readonly columns: ReadonlySet<Column>;
  /** All callers that wait for the columns share the steps. */
  readonly steps: Generator<undefined, void>;
}

export class Columns implements SlotStore {
  readonly name = COLUMNS;
  readonly #slots: Slots;
  readonly #builder: Builder;
  readonly #columns = new Map<string, Column>();
  readonly #declared = new Map<string, Path>();
  /** The columns of the checkpoint that are still in storage. */
  #stored = new StoredColumns([], async () => undefined);
  #builds: Build[] = [];
  /** The slots of all rows, from the first use on. */
  #rows: Bits | undefined;
  #rowsChanged = 0;
  /**
   * The errors of rows whose metadata cannot be read, by slot. Known for all rows once a column was
   * made of metadata. A stored column does not read the metadata of unchanged rows.
   */
  readonly #unread = new Map<number, EdgeVecError>();
  readonly #cache: BitsCache;
  /** Counts writes of rows, and rows whose metadata turned out to be unreadable. */
  #time = 0;
  /** Counts evaluations. */
  #uses = 0;

  constructor(slots: Slots, metadata: MetadataReader, cache = new BitsCache()) {
    this.#cache = cache;
    this.#slots = slots;
    this.#builder = new Builder(slots, metadata, {
      set: (columns, slot, row) => this.#setAll(columns, slot, row),
      setUnread: (slot, error) => this.#setUnread(slot, error),
    });
  }

  /** The fields with a column, or with a column being made. */
  get fields(): Path[] {
    return [...this.#columns.values()].map(({ path }) => path);
  }

  /** The numbers of columns made so far: of stored columns, and of metadata. */
  get made(): { readonly ofStored: number; readonly ofMetadata: number } {
    return { ...this.#builder.made };
  }

  /** The fields whose columns are kept, however seldom a clause uses the columns. */
  get declared(): Path[] {
    return [...this.#declared.values()];
  }

  /** Keeps the columns of these fields from now on. `prepareFields` makes the columns. */
  declare(fields: readonly Path[]): void {
    for (const field of fields) this.#declared.set(pathKey(field), field);
  }

  /**
   * Takes the stored columns of the loaded checkpoint. A column is read at its first use.
   *
   * @param read reads a chunk from the storage of the checkpoint
   */
  restore(columns: readonly StoredColumn[], read: ReadChunk): void {
    this.#stored = new StoredColumns(columns, read);
  }

  /** Whether `readStored` should read a column before columns of these fields are made. */
  awaitsStored(fields: readonly Path[]): boolean {
    return !this.#stored.isEmpty && fields.some((field) => this.#stored.awaits(field));
  }

  /**
   * Reads the stored columns of these fields, for the next `prepareFields` or `prepare`. Never
   * rejects: a column that storage does not give is made of metadata.
   */
  readStored(fields: readonly Path[]): Promise<void> {
    return this.#stored.read(fields);
  }

  /**
   * The fields that a checkpoint stores: declared fields, then the fields of the last clauses, then
   * further fields of the checkpoint before.
   */
  get storable(): Path[] {
    const columns = [...this.#columns.values()].filter((column) => column.isBuilt && !column.isTooLong);
    const used = columns.sort((a, b) => b.used - a.used).map(({ path }) => path);
    const isDeclared = (path: Path): boolean => this.#declared.has(pathKey(path));
    const all = [...used, ...this.#stored.paths];
    const others = all.filter((path) => !isDeclared(path)).slice(0, MOST_STORED);
    return [...all.filter(isDeclared), ...others];
  }

  /** The fields whose columns are being made. */
  get building(): Path[] {
    return [...this.#columns.values()].filter(({ isBuilt }) => !isBuilt).map(({ path }) => path);
  }

  /** The fields of stored columns that nobody has used. */
  get untouched(): Path[] {
    return this.#stored.paths;
  }

  /**
   * The chunks of a column for a checkpoint. Undefined if there is no such column, or if a chunk is
   * too long to be stored.
   */
  chunksOf(path: Path): SlotChunk[] | undefined {
    const key = pathKey(path);
    const column = this.#columns.get(key);
    if (column?.isTooLong === true) return undefined;
    const built = column?.isBuilt === true ? column : undefined;
    if (built === undefined && !this.#stored.has(path)) return undefined;
    return chunksOf(path, built, this.#slots, {
      isUnread: (slot) => this.#unread.has(slot),
      isKept: () => this.#columns.get(key) === built,
    });
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
    yield* this.prepareFields(pathsOf(clause));
    for (const part of parts) {
      const indexes: AnyIndex[] = this.#columns.get(pathKey(part.path))?.indexesOf(part) ?? [];
      for (const index of indexes) yield* index.prepare();
    }
  }

  /** Whether each of the fields has a column. */
  areFieldsReady(fields: readonly Path[]): boolean {
    return fields.every((field) => this.#columns.get(pathKey(field))?.isBuilt === true);
  }

  /**
   * Makes the missing columns of these fields, as `prepare` does.
   *
   * @param used when a clause last used the columns. By default now: the caller who waits for the
   * columns has not used the columns yet
   */
  *prepareFields(fields: readonly Path[], used = this.#uses): Generator<undefined, void> {
    const wanted = new Map(fields.map((field) => [pathKey(field), field]));
    this.#dropIdle(wanted);
    const added: NewColumn[] = [];
    for (const [key, field] of wanted) {
      const known = this.#columns.get(key);
      if (known !== undefined) {
        known.used = Math.max(known.used, used);
        continue;
      }
      const column = new Column(field, new ChunkTimes(this.#slots.now));
      // Nothing is known about the time before. Answers of an earlier column may be wrong.
      column.changed = this.#time;
      column.used = used;
      this.#columns.set(key, column);
      added.push([column, this.#stored.take(field)]);
    }
    if (added.length > 0) {
      const columns = new Set(added.map(([column]) => column));
      this.#builds.push({ columns, steps: this.#make(columns, added) });
    }
    for (const key of wanted.keys()) {
      // Since the last step, the build of another caller may have failed. The caller begins again.
      const column = this.#columns.get(key);
      if (column === undefined) continue;
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
    for (const column of this.#columns.values()) if (column.delete(slot)) this.#touch(column, slot);
  }

  /** A manifest lists columns apart from the stores (`chunksOf`): a column may be missing. */
  chunks(): Iterable<SlotChunk> {
    return [];
  }

  bytes(): number {
    let bytes = this.#cache.bytes() + (this.#rows?.bytes() ?? 0);
    for (const column of this.#columns.values()) bytes += column.bytes();
    return bytes;
  }

  /** Adds all rows to new columns. Yields now and then. */
  *#make(columns: ReadonlySet<Column>, added: readonly NewColumn[]): Generator<undefined, void> {
    try {
      yield* this.#builder.make(added);
    } catch (error) {
      this.#giveUp(columns);
      throw error;
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
    for (const column of columns) if (column.set(slot, valueAt(metadata, column.path))) this.#touch(column, slot);
  }

  /** The value of a slot has changed. */
  #touch(column: Column, slot: number): void {
    column.changed = this.#time;
    column.times.touch(slot, this.#slots.now);
  }

  #setUnread(slot: number, error: EdgeVecError): void {
    // No write may have come since the last evaluation: a build finds the error too.
    this.#time++;
    if (!this.#unread.has(slot)) for (const column of this.#columns.values()) this.#touch(column, slot);
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
