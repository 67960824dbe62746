// A write transaction: rows arrive in parts and stay hidden until all rows become visible in one
// step.

import type { Effect, Part, WriteKind } from '../../base/calls.js';
import { ChangedRows } from '../../base/changed-rows.js';
import { amend, asEdgeVecError, EdgeVecError } from '../../base/errors.js';
import { STEP_ROWS } from '../../base/time-slices.js';
import type { Id } from '../../base/types.js';
import type { Collection } from '../../collection/collection.js';
import type { Ids, PendingIds } from '../../collection/ids.js';
import type { Origin, WriteEntry } from '../../format/entry.js';
import type { WriteBuffer } from '../../persistence/write-buffer.js';
import { deleteRows } from './deletion.js';
import type { Replacement } from './replacement.js';

const NO_SLOT = -1;

export class Transaction {
  readonly #kind: WriteKind;
  #collection: Collection;
  /** Collects the parts for the log, if there is one. */
  readonly #buffer: WriteBuffer | undefined;
  /** Decides which rows leave, if the kind is `'replace'`, and the log has not decided. */
  readonly replacement: Replacement | undefined;
  // By row of this write.
  readonly #ids: (Id | undefined)[] = [];
  #slots: number[] = [];
  readonly #metadata: (object | undefined)[] = [];
  readonly #given = new Set<Id>();
  /** The first of the ids chosen for rows that came without an id. */
  #firstChosen = 0;
  /** The rows to remove. */
  #removed: readonly Id[] = [];
  #fail: (error: EdgeVecError) => void = () => {};
  /** Rejects when the transaction is aborted while a part of it waits. */
  readonly failed: Promise<never>;
  /** Set once the transaction can only be undone: the reason. */
  failure: EdgeVecError | undefined;
  /** The turn of the transaction has come: an abort comes too late. */
  committing = false;
  /** The log may hold an entry of the transaction. */
  #mayBeLogged = false;

  constructor(kind: WriteKind, collection: Collection, buffer?: WriteBuffer, replacement?: Replacement) {
    this.#kind = kind;
    this.#collection = collection;
    this.#buffer = buffer;
    this.replacement = replacement;
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  /** Rows that have come so far. */
  get rows(): number {
    return this.#ids.length;
  }

  /** Bytes of its entry in the log, about. */
  get bytes(): number {
    return this.#buffer?.bytes ?? 0;
  }

  /**
   * Stores the rows of a part, hidden. If it throws, no row of the part is stored.
   *
   * @param sure no earlier write can change the ids any more, so a wrong id is refused now. If not
   * sure, `check` refuses the id later
   * @returns a promise if the storage has to take the part in first
   */
  append(part: Part, sure: boolean): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
    const base = part.start;
    // Ids first: a wrong id costs nothing to refuse.
    part.ids.forEach((id, i) => {
      if (id === undefined) return;
      if (this.#given.has(id)) {
        throw new EdgeVecError('DUPLICATE_ID', 'The same id occurs twice in one array', {
          row: base + i,
          id,
          remedy: 'Keep one of the records, or write them one after the other.',
        });
      }
      this.replacement?.assertNew(id, base + i);
      this.#given.add(id);
      if (sure) this.#check(id, base + i, this.#collection);
    });
    const slots = this.#store(part, base);
    let stored = 0;
    part.ids.forEach((id, i) => {
      const hasVector = part.withVector === undefined || part.withVector[stored] === i;
      this.#ids.push(id);
      this.#slots.push(hasVector ? (slots[stored++] as number) : NO_SLOT);
      this.#metadata.push(part.metadata?.[i]);
    });
    return this.#buffer?.add(part);
  }

  /**
   * Checks ids once more, since other writes may have committed meanwhile, and chooses ids for rows
   * without. Yields now and then, for the caller to look at the clock. Nobody sees anything of the
   * transaction.
   */
  *check(ids: Ids): Generator<undefined, void> {
    // A transaction that is checked again has not been logged: other tabs were first.
    this.#mayBeLogged = false;
    for (const [row, id] of this.#ids.entries()) {
      if (id !== undefined) this.#check(id, row, ids);
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    this.#firstChosen = this.#chosen === 0 ? 0 : ids.choose(this.#chosen, this.#given);
    if (this.replacement !== undefined) {
      yield* this.replacement.check(this.#collection, this.#ids);
      this.#removed = this.replacement.removed;
    }
  }

  /** Notes the effect of the transaction on the ids. */
  foresee(ids: PendingIds): void {
    for (const id of this.#given) ids.add(id);
    for (let i = 0; i < this.#chosen; i++) ids.add(this.#firstChosen + i);
  }

  /** The entry for the log. */
  entry(origin: Origin): WriteEntry {
    this.#mayBeLogged = true;
    const payload = this.#buffer?.payload() ?? { stored: [], parts: [] };
    const removed = this.#kind === 'replace' ? { removed: this.#removed } : {};
    return { ...origin, kind: this.#kind, firstChosen: this.#firstChosen, ...payload, ...removed };
  }

  /** Takes up the choice of ids, and of the rows to remove, that the log holds. */
  resume(firstChosen: number, removed: readonly Id[] = []): void {
    this.#firstChosen = firstChosen;
    this.#removed = removed;
  }

  /**
   * Makes every row visible, and every replaced or removed row invisible. Yields as `check` does.
   * Until the last step the caller lets nobody see the rows.
   *
   * @returns the ids chosen for rows that came without an id
   */
  *publish(): Generator<undefined, Effect<number[]>> {
    const chosen: number[] = [];
    const changed = new ChangedRows();
    for (const [row, id] of this.#ids.entries()) {
      if (id === undefined) chosen.push(this.#firstChosen + chosen.length);
      this.#publish(row, id ?? (chosen.at(-1) as number), changed);
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    yield* deleteRows(this.#collection, this.#removed, changed);
    return { result: chosen, changed: changed.take() };
  }

  /**
   * Goes on in another engine, into which the rows are written again from the buffer. If the draft
   * cannot be read, the transaction fails, and is rolled back in the other engine.
   */
  async move(collection: Collection): Promise<void> {
    this.#collection = collection;
    this.replacement?.move();
    this.#slots = [];
    if (this.failure !== undefined) return;
    try {
      await this.#storeAgain();
    } catch (error) {
      this.fail(asEdgeVecError(error));
    }
  }

  async #storeAgain(): Promise<void> {
    for await (const part of this.#buffer?.again(this.#collection.engine.dimensions) ?? []) {
      const stored = this.#store(part, part.start);
      let next = 0;
      for (const i of part.ids.keys()) {
        const hasVector = part.withVector === undefined || part.withVector[next] === i;
        this.#slots.push(hasVector ? (stored[next++] as number) : NO_SLOT);
      }
    }
  }

  /**
   * Deletes the stored parts of the draft, unless the log may name the parts: an append that failed
   * may have taken place all the same. Parts that the log does not name are dropped later, as
   * orphans.
   */
  async discard(reason: EdgeVecError): Promise<void> {
    if (this.#mayBeLogged && reason.code !== 'QUOTA') return;
    await this.#buffer?.discard();
  }

  /** Lets parts reject: the parts that wait, and later ones. */
  fail(error: EdgeVecError): void {
    this.failure = error;
    this.#fail(error);
  }

  /**
   * Removes the hidden rows. Yields as `check` does; nobody sees a difference meanwhile. After a
   * `move` the transaction has no rows left to remove.
   */
  *rollback(): Generator<undefined, void> {
    for (let row = 0; row < this.#slots.length; row++) {
      const slot = this.#slots[row] as number;
      if (slot !== NO_SLOT) this.#collection.engine.remove(slot);
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
    }
  }

  get #chosen(): number {
    return this.#ids.length - this.#given.size;
  }

  #publish(row: number, id: Id, changed: ChangedRows): void {
    const old = this.#collection.slotOf(id);
    changed.note(id, old !== undefined, true);
    const slot = this.#slots[row] as number;
    const metadata = this.#merged(old, this.#metadata[row]);
    this.#collection.set(id, slot === NO_SLOT ? (old as number) : slot, metadata);
  }

  #merged(old: number | undefined, metadata: object | undefined): object | undefined {
    if (this.#kind !== 'update' || old === undefined) return metadata;
    return this.#collection.mergedMetadata(old, metadata);
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
    const added = this.#collection.engine.add(part.vectors, count);
    if (!('error' in added)) return added;
    const i = part.withVector?.[added.row] ?? added.row;
    const id = part.ids[i];
    throw amend(added.error, { row: base + i, ...(id === undefined ? {} : { id }) });
  }
}
