// Columns of rows in memory, as a collection has them, for the tests of columns.

import type { Clause, Path } from '../../src/base/clause.js';
import type { FilterValue } from '../../src/base/filter-types.js';
import { Columns } from '../../src/collection/columns/columns.js';
import { Records } from '../../src/collection/records.js';
import type { LoadedChunk } from '../../src/collection/slot-store.js';
import { refOf } from '../../src/format/chunk.js';

export const is = (field: string, ...values: FilterValue[]): Clause => ({ op: 'in', path: [field], values });
export const above = (field: string, value: number): Clause => ({
  op: 'range',
  path: [field],
  from: { value, open: true },
});
export const not = (of: Clause): Clause => ({ op: 'not', of });
export const EVERY: Clause = { op: 'all', of: [] };

/** Steps to the end. */
export function run<T>(steps: Generator<undefined, T>, between: () => void = () => {}): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
    between();
  }
}

/** Ids, metadata and columns as a collection has them. */
export class Rows {
  readonly records: Records;
  readonly columns: Columns;
  /** Slots whose metadata was read for columns. */
  readonly peeked: number[] = [];

  constructor(records = new Records()) {
    this.records = records;
    const { metadata, slots } = records;
    this.columns = new Columns(slots, {
      peek: (slot) => {
        this.peeked.push(slot);
        return metadata.peek(slot);
      },
      lineBytes: (slot) => metadata.lineBytes(slot),
    });
  }

  set(slot: number, metadata: object | undefined): void {
    const { ids, metadata: store } = this.records;
    const old = ids.slotOf(slot);
    for (const each of [ids, store, this.columns]) each.set(slot, old, { id: slot, metadata });
  }

  delete(slot: number): void {
    const { ids, metadata: store } = this.records;
    for (const each of [ids, store, this.columns]) each.delete(slot);
  }

  matching(clause: Clause): number[] {
    while (!this.columns.isReady(clause)) run(this.columns.prepare(clause));
    return [...this.columns.select(clause)];
  }

  /** As after a restart: the metadata is text. */
  loaded(): Rows {
    const { ids, metadata } = this.records;
    run(metadata.measure());
    const chunks = new Map<string, LoadedChunk[]>();
    for (const store of [ids, metadata]) {
      const copied = [...store.chunks()].map(({ copy, slots }) => ({ bytes: run(copy()) as Uint8Array, slots }));
      chunks.set(store.name, copied);
    }
    return Rows.from(chunks);
  }

  /** As after a restart with stored columns of these fields. */
  async restored(fields: readonly Path[]): Promise<Rows> {
    const chunks = new Map<string, Uint8Array>();
    const columns = fields.map((path) => {
      const own = (this.columns.chunksOf(path) ?? []).map(({ key, copy }) => ({
        key,
        bytes: run(copy()) as Uint8Array,
      }));
      for (const { key, bytes } of own) chunks.set(key, bytes);
      return { path, chunks: own.map(({ key, bytes }) => refOf(key, bytes)) };
    });
    const rows = this.loaded();
    rows.columns.restore(columns, async ({ name }) => chunks.get(name));
    await rows.columns.readStored(fields);
    return rows;
  }

  static from(chunks: ReadonlyMap<string, readonly LoadedChunk[]>): Rows {
    const records = new Records();
    run(records.load({ chunks, nextId: 1 }));
    return new Rows(records);
  }
}

export function numbered(count: number): Rows {
  const rows = new Rows();
  for (let slot = 0; slot < count; slot++) rows.set(slot, { n: slot, parity: slot % 2 === 0 ? 'even' : 'odd' });
  return rows;
}
