// The id of each slot, the slot of each id, and the order of insertion. A chunk of the store is a
// block of slots.

import type { ReadonlyBits } from '../base/bits.js';
import { damaged } from '../base/errors.js';
import { STEP_ROWS } from '../base/time-slices.js';
import type { Id } from '../base/types.js';
import { BLOCK_ROWS } from '../format/blocks.js';
import { IDS } from '../format/contents.js';
import { decodeIds, encodeIds, type ListedId } from '../format/id-block.js';
import type { Changes } from './changes.js';
import { chosenFrom, type Ids, nextIdAfter } from './ids.js';
import { mergeRuns } from './merge.js';
import { inOneStep, type LoadableStore, type LoadedChunk, type SlotChunk, type SlotRecord } from './slot-store.js';

/** For each row: an element of two lists, and an entry of a map. */
const ROW_BYTES = 64;
/** Up to this part of all rows, `inOrder` sorts. */
const SORTED_SHARE = 8;

export class IdStore implements Ids, LoadableStore {
  readonly name = IDS;
  /** A Map keeps the position of a key that is set again, so an upsert does not move a row. */
  readonly #slots = new Map<Id, number>();
  // Indexed by slot. Slots are dense, so plain arrays beat maps.
  readonly #ids: (Id | undefined)[] = [];
  readonly #orders: number[] = [];
  #nextOrder = 1;
  #nextId = 1;
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  get count(): number {
    return this.#slots.size;
  }

  /** The length of the list of slots. All slots with a row are below. */
  get slots(): number {
    return this.#ids.length;
  }

  /** The next id that the database may choose. Chosen ids are never below. */
  get nextId(): number {
    return this.#nextId;
  }

  ids(): Iterable<Id> {
    return this.#slots.keys();
  }

  /** The ids of these rows, in order of insertion. */
  inOrder(rows: ReadonlyBits): Iterable<Id> {
    // Sorting few slots is faster than a look at every id.
    if (rows.count() > this.count / SORTED_SHARE) return this.#among(rows);
    const sorted = Uint32Array.from(rows).sort((a, b) => this.orderOf(a) - this.orderOf(b));
    return Array.from(sorted, (slot) => this.#ids[slot] as Id);
  }

  has(id: Id): boolean {
    return this.#slots.has(id);
  }

  slotOf(id: Id): number | undefined {
    return this.#slots.get(id);
  }

  at(slot: number): Id | undefined {
    return this.#ids[slot];
  }

  set(slot: number, old: number | undefined, { id }: SlotRecord): void {
    const order = old === undefined ? this.#nextOrder++ : (this.#orders[old] as number);
    if (old !== undefined && old !== slot) this.#ids[old] = undefined;
    this.#slots.set(id, slot);
    this.#ids[slot] = id;
    this.#orders[slot] = order;
    this.saw(id);
  }

  delete(slot: number): void {
    this.#slots.delete(this.#ids[slot] as Id);
    this.#ids[slot] = undefined;
  }

  choose(count: number, given: Iterable<Id>): number {
    let next = this.#nextId;
    for (const id of given) next = Math.max(next, nextIdAfter(id));
    return chosenFrom(next, count);
  }

  /**
   * From now on, chosen ids are above this id. An id above `LAST_CHOSEN` (ids.ts) has no effect.
   */
  saw(id: Id): void {
    const next = nextIdAfter(id);
    if (next > this.#nextId) this.#nextId = next;
  }

  *chunks(): Generator<SlotChunk> {
    for (let block = 0; block < Math.ceil(this.#ids.length / BLOCK_ROWS); block++) {
      yield {
        key: `${IDS}-${block}`,
        // The size is unknown before the ids are written, and small.
        bytes: () => 0,
        isDirty: (stored) =>
          stored === undefined || this.#changes.haveBeen(stored.time, block * BLOCK_ROWS, BLOCK_ROWS),
        copy: () => inOneStep(() => this.#encode(block)),
        setClean: () => {},
      };
    }
  }

  *load(chunks: readonly LoadedChunk[]): Generator<undefined, void> {
    const runs: Uint32Array[] = [];
    for (const [block, { bytes }] of chunks.entries()) {
      const slots: number[] = [];
      for (const [at, id, order] of decodeIds(bytes)) {
        const slot = block * BLOCK_ROWS + at;
        // No holes: an array that grows only at its end stays dense.
        for (; this.#ids.length < slot; this.#orders.push(0)) this.#ids.push(undefined);
        this.#ids.push(id);
        this.#orders.push(order);
        slots.push(slot);
      }
      runs.push(Uint32Array.from(slots).sort((a, b) => this.orderOf(a) - this.orderOf(b)));
      yield;
    }
    const slots = yield* mergeRuns(runs, (a, b) => this.orderOf(a) <= this.orderOf(b), STEP_ROWS);
    for (const [i, slot] of slots.entries()) {
      const [id, order] = [this.#ids[slot] as Id, this.orderOf(slot)];
      if (this.#slots.has(id) || order === this.#nextOrder - 1) throw damaged('the ids');
      this.#slots.set(id, slot);
      this.#nextOrder = order + 1;
      this.saw(id);
      if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    }
  }

  bytes(): number {
    return ROW_BYTES * this.#slots.size;
  }

  #encode(block: number): Uint8Array {
    const first = block * BLOCK_ROWS;
    const listed: ListedId[] = [];
    for (let slot = first; slot < Math.min(first + BLOCK_ROWS, this.#ids.length); slot++) {
      const id = this.#ids[slot];
      if (id !== undefined) listed.push([slot - first, id, this.orderOf(slot)]);
    }
    return encodeIds(listed);
  }

  *#among(rows: ReadonlyBits): Generator<Id> {
    for (const [id, slot] of this.#slots) if (rows.has(slot)) yield id;
  }

  /** The place of the row of a slot in the order of insertion. */
  orderOf(slot: number): number {
    return this.#orders[slot] as number;
  }
}
