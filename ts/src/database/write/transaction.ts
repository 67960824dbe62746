// A write transaction: rows arrive in parts and stay hidden until all of them become visible in one step.

import type { Part, WriteKind } from '../../base/calls.js';
import { amend, asEdgeVecError, EdgeVecError } from '../../base/errors.js';
import { STEP_ROWS } from '../../base/time-slices.js';
import type { Id } from '../../base/types.js';
import type { Ids, PendingIds } from '../../collection/ids.js';
import type { Origin, WriteEntry } from '../../format/entry.js';
import type { State } from '../../persistence/checkpoint/places.js';
import type { Draft } from '../../persistence/draft.js';

const NO_SLOT = -1;

export class Transaction {
  readonly #kind: WriteKind;
  #state: State;
  /** What is kept of it for the log; nothing where there is none. */
  readonly #draft: Draft | undefined;
  // By row of this write.
  readonly #ids: (Id | undefined)[] = [];
  #slots: number[] = [];
  readonly #metadata: (object | undefined)[] = [];
  readonly #given = new Set<Id>();
  /** The first of the ids chosen for rows that came without. */
  #firstChosen = 0;
  #fail: (error: EdgeVecError) => void = () => {};
  /** Rejects when the transaction is aborted while a part of it waits. */
  readonly failed: Promise<never>;
  /** Why it can only be undone. */
  failure: EdgeVecError | undefined;
  /** Its turn has come: an abort comes too late. */
  committing = false;
  /** The log may speak of it. */
  #mayBeLogged = false;

  constructor(kind: WriteKind, state: State, draft?: Draft) {
    this.#kind = kind;
    this.#state = state;
    this.#draft = draft;
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  /** Rows that have come so far. */
  get rows(): number {
    return this.#ids.length;
  }

  /** Bytes it takes in the log, about. */
  get bytes(): number {
    return this.#draft?.bytes ?? 0;
  }

  /**
   * Stores the rows of a part, hidden. Throws without having stored any of them. `sure`: no write before this one can change
   * which ids there are, so that a wrong one is refused now; else `check` tells. Returns what else must be waited for.
   */
  append(part: Part, sure: boolean): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
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
      if (sure) this.#check(id, base + i, this.#state.rows);
    });
    const slots = this.#store(part, base);
    let stored = 0;
    part.ids.forEach((id, i) => {
      const hasVector = part.withVector === undefined || part.withVector[stored] === i;
      this.#ids.push(id);
      this.#slots.push(hasVector ? (slots[stored++] as number) : NO_SLOT);
      this.#metadata.push(part.metadata?.[i]);
    });
    return this.#draft?.add(part);
  }

  /**
   * Checks ids once more, since other writes may have committed meanwhile, and chooses those that are to be chosen. Yields now and then, for
   * the caller to look at the clock. Nothing is seen of it.
   */
  *check(ids: Ids): Generator<undefined, void> {
    // Checked again, it has not been logged: others were first.
    this.#mayBeLogged = false;
    for (const [row, id] of this.#ids.entries()) {
      if (id !== undefined) this.#check(id, row, ids);
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    this.#firstChosen = this.#chosen === 0 ? 0 : ids.choose(this.#chosen, this.#given);
  }

  /** What it will have done to the ids. */
  foresee(ids: PendingIds): void {
    for (const id of this.#given) ids.add(id);
    for (let i = 0; i < this.#chosen; i++) ids.add(this.#firstChosen + i);
  }

  /** What is to be logged of it. */
  entry(origin: Origin): WriteEntry {
    this.#mayBeLogged = true;
    const said = this.#draft?.said() ?? { stored: [], parts: [] };
    return { ...origin, kind: this.#kind, firstChosen: this.#firstChosen, ...said };
  }

  /** Takes up the choice that was logged. */
  resume(firstChosen: number): void {
    this.#firstChosen = firstChosen;
  }

  /**
   * Makes every row visible, and every row it replaces invisible. Yields as `check` does; until it is done the caller lets nobody see the rows.
   * Returns the ids chosen for rows that came without.
   */
  *publish(): Generator<undefined, number[]> {
    const chosen: number[] = [];
    for (const [row, id] of this.#ids.entries()) {
      if (id === undefined) chosen.push(this.#firstChosen + chosen.length);
      this.#publish(row, id ?? (chosen.at(-1) as number));
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    return chosen;
  }

  /**
   * Goes on in another engine, which holds nothing of it: its parts come again from the draft. Where that fails, so does the transaction, and what
   * the other engine has of it is there to be rolled back.
   */
  async move(state: State): Promise<void> {
    this.#state = state;
    this.#slots = [];
    if (this.failure !== undefined) return;
    try {
      await this.#storeAgain();
    } catch (error) {
      this.fail(asEdgeVecError(error));
    }
  }

  async #storeAgain(): Promise<void> {
    for await (const part of this.#draft?.again(this.#state.engine.dimensions) ?? []) {
      const stored = this.#store(part, part.start);
      let next = 0;
      for (const i of part.ids.keys()) {
        const hasVector = part.withVector === undefined || part.withVector[next] === i;
        this.#slots.push(hasVector ? (stored[next++] as number) : NO_SLOT);
      }
    }
  }

  /**
   * Forgets what is kept of it for the log, unless the log may speak of it: an append that failed may have taken place, and one that did not is not
   * undone by what fails after it. Parts that nobody speaks of are then dropped as orphans.
   */
  async discard(reason: EdgeVecError): Promise<void> {
    if (this.#mayBeLogged && reason.code !== 'QUOTA') return;
    await this.#draft?.discard();
  }

  /** Lets parts that wait reject, and those to come. */
  fail(error: EdgeVecError): void {
    this.failure = error;
    this.#fail(error);
  }

  /** Removes the hidden rows: the database is as it was. Yields as `commit` does; nobody sees a difference meanwhile. */
  *rollback(): Generator<undefined, void> {
    for (let row = 0; row < this.#slots.length; row++) {
      const slot = this.#slots[row] as number;
      if (slot !== NO_SLOT) this.#state.engine.remove(slot);
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
    }
  }

  get #chosen(): number {
    return this.#ids.length - this.#given.size;
  }

  #publish(row: number, id: Id): void {
    const { engine, rows } = this.#state;
    const old = rows.slotOf(id);
    const slot = this.#slots[row] as number;
    const metadata = this.#merged(old, this.#metadata[row]);
    if (slot === NO_SLOT) {
      rows.set(id, old as number, metadata);
      return;
    }
    engine.publish(slot);
    if (old !== undefined) engine.remove(old);
    rows.set(id, slot, metadata);
    rows.saw(id);
  }

  #merged(old: number | undefined, metadata: object | undefined): object | undefined {
    if (this.#kind !== 'update' || old === undefined) return metadata;
    return this.#state.rows.mergedMetadata(old, metadata);
  }

  #check(id: Id, row: number, ids: Ids): void {
    if (this.#kind === 'insert' && ids.has(id)) {
      throw new EdgeVecError('ID_EXISTS', 'There is a row with this id already', {
        row,
        id,
        remedy: 'Use upsert to replace it.',
      });
    }
    if (this.#kind === 'update' && !ids.has(id)) {
      throw new EdgeVecError('NOT_FOUND', 'There is no row with this id', {
        row,
        id,
        remedy: 'Use upsert to write it whether or not it is there.',
      });
    }
  }

  #store(part: Part, base: number): ArrayLike<number> {
    const count = part.withVector?.length ?? part.ids.length;
    if (count === 0) return [];
    const added = this.#state.engine.add(part.vectors, count);
    if (!('error' in added)) return added;
    const i = part.withVector?.[added.row] ?? added.row;
    const id = part.ids[i];
    throw amend(added.error, { row: base + i, ...(id === undefined ? {} : { id }) });
  }
}
