// The ids of changed rows: the steps that change rows note the ids, and listeners receive the ids.

import type { Id, RowChanges } from './types.js';

/** With more rows, listeners receive no ids. */
const MOST_ROWS = 1_000;

/** Any row may have changed. */
export const ALL_ROWS: RowChanges = { all: true, inserted: [], updated: [], deleted: [] };

/** The rows that have changed since the last `take`. */
export class ChangedRows {
  /**
   * For each id, whether the database had a row before the first change, and has a row now.
   * Undefined: all rows.
   */
  #rows: Map<Id, { readonly was: boolean; readonly is: boolean }> | undefined = new Map();

  /** Notes a change: whether the database had a row with the id before, and has a row after. */
  note(id: Id, was: boolean, is: boolean): void {
    if (this.#rows === undefined) return;
    this.#rows.set(id, { was: this.#rows.get(id)?.was ?? was, is });
    if (this.#rows.size > MOST_ROWS) this.#rows = undefined;
  }

  add({ all, inserted, updated, deleted }: RowChanges): void {
    if (all) this.#rows = undefined;
    for (const id of inserted) this.note(id, false, true);
    for (const id of updated) this.note(id, true, true);
    for (const id of deleted) this.note(id, true, false);
  }

  /** Takes all noted changes. Undefined without a change. */
  take(): RowChanges | undefined {
    const rows = this.#rows;
    this.#rows = new Map();
    if (rows === undefined) return ALL_ROWS;
    if (rows.size === 0) return undefined;
    const [inserted, updated, deleted]: [Id[], Id[], Id[]] = [[], [], []];
    // Readers may have seen a row that came and went.
    for (const [id, { was, is }] of rows) (!is ? deleted : was ? updated : inserted).push(id);
    return { all: false, inserted, updated, deleted };
  }
}
