// A write transaction: rows arrive in parts and stay hidden until all of them become visible in one step.

import type { Engine } from '../engine/engine.js';
import { amend, EdgeVecError } from '../errors.js';
import type { Part, WriteKind } from '../messages.js';
import { show } from '../show.js';
import type { Id } from '../types.js';
import type { Rows } from './rows.js';
import { STEP_ROWS } from './slices.js';

const NO_SLOT = -1;

export class Transaction {
  readonly #kind: WriteKind;
  readonly #engine: Engine;
  readonly #rows: Rows;
  // By row of this write.
  readonly #ids: (Id | undefined)[] = [];
  readonly #slots: number[] = [];
  readonly #metadata: (object | undefined)[] = [];
  readonly #given = new Set<Id>();
  #fail: (error: EdgeVecError) => void = () => {};
  /** Rejects when the transaction is aborted while a part of it waits. */
  readonly failed: Promise<never>;

  constructor(kind: WriteKind, engine: Engine, rows: Rows) {
    this.#kind = kind;
    this.#engine = engine;
    this.#rows = rows;
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  /**
   * Stores the rows of a part, hidden. Throws without having stored any of them. `sure`: no write before this one can change
   * which ids there are, so that a wrong one is refused now; else `commit` tells.
   */
  append(part: Part, sure: boolean): void {
    const base = part.start;
    // Ids first: they cost nothing to refuse.
    part.ids.forEach((id, i) => {
      if (id === undefined) return;
      if (this.#given.has(id)) {
        throw new EdgeVecError('DUPLICATE_ID', 'The same id occurs twice in one array', {
          row: base + i,
          id,
          remedy: 'Keep one of the records, or write them one after the other.',
        });
      }
      this.#given.add(id);
      if (sure) this.#check(id, base + i);
    });
    const slots = this.#store(part, base);
    let stored = 0;
    part.ids.forEach((id, i) => {
      const hasVector = part.withVector === undefined || part.withVector[stored] === i;
      this.#ids.push(id);
      this.#slots.push(hasVector ? (slots[stored++] as number) : NO_SLOT);
      this.#metadata.push(part.metadata?.[i]);
    });
  }

  /**
   * Makes every row visible, and every row it replaces invisible. Ids are checked again: other writes may have committed
   * meanwhile. Yields now and then, for the caller to look at the clock; until it is done the caller lets nobody see the rows.
   * Returns the ids chosen for rows that came without.
   */
  *commit(): Generator<undefined, number[]> {
    const ids = this.#ids;
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row];
      if (id !== undefined) this.#check(id, row);
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    const chosen = this.#rows.choose(ids.length - this.#given.size, this.#given);
    let next = 0;
    for (let row = 0; row < ids.length; row++) {
      this.#show(row, ids[row] ?? (chosen[next++] as number));
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    return chosen;
  }

  /** Lets parts that wait reject. */
  fail(error: EdgeVecError): void {
    this.#fail(error);
  }

  /** Removes the hidden rows: the database is as it was. Yields as `commit` does; nobody sees a difference meanwhile. */
  *rollback(): Generator<undefined, void> {
    for (let row = 0; row < this.#slots.length; row++) {
      const slot = this.#slots[row] as number;
      if (slot !== NO_SLOT) this.#engine.remove(slot);
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
    }
  }

  #show(row: number, id: Id): void {
    const old = this.#rows.slotOf(id);
    const slot = this.#slots[row] as number;
    const metadata = this.#merged(old, this.#metadata[row]);
    if (slot === NO_SLOT) {
      this.#rows.set(id, old as number, metadata);
      return;
    }
    this.#engine.publish(slot);
    if (old !== undefined) this.#engine.remove(old);
    this.#rows.set(id, slot, metadata);
    this.#rows.saw(id);
  }

  #merged(old: number | undefined, metadata: object | undefined): object | undefined {
    if (this.#kind !== 'update' || old === undefined) return metadata;
    const before = this.#rows.metadataOf(old);
    return metadata === undefined ? before : { ...before, ...metadata };
  }

  #check(id: Id, row: number): void {
    if (this.#kind === 'insert' && this.#rows.has(id)) {
      throw new EdgeVecError('ID_EXISTS', `There is a row with the id ${show(id)} already`, {
        row,
        id,
        remedy: 'Use upsert to replace it.',
      });
    }
    if (this.#kind === 'update' && !this.#rows.has(id)) {
      throw new EdgeVecError('NOT_FOUND', `There is no row with the id ${show(id)}`, {
        row,
        id,
        remedy: 'Use upsert to write it whether or not it is there.',
      });
    }
  }

  #store(part: Part, base: number): ArrayLike<number> {
    const count = part.withVector?.length ?? part.ids.length;
    if (count === 0) return [];
    const added = this.#engine.add(part.vectors, count);
    if (!('error' in added)) return added;
    const i = part.withVector?.[added.row] ?? added.row;
    const id = part.ids[i];
    throw amend(added.error, { row: base + i, ...(id === undefined ? {} : { id }) });
  }
}
