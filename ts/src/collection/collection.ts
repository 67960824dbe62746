// Which id is in which slot, and the metadata of each: the visible rows, in order of insertion. They are saved in blocks of slots, as far as
// they have changed.

import { damaged } from '../base/errors.js';
import { STEP_ROWS } from '../base/time-slices.js';
import type { Id } from '../base/types.js';
import { BLOCK_ROWS, type SlotRange } from '../format/blocks.js';
import { decodeIds, encodeIds, type ListedId } from '../format/id-block.js';
import { Changes } from './changes.js';
import { chosenFrom, follower, type Ids } from './ids.js';
import { merged } from './merge.js';
import { Metadata } from './metadata/metadata.js';

/** What was saved of rows: the ids of each block, and the lines of each part of them. */
export interface SavedRows {
  readonly ids: readonly Uint8Array[];
  readonly metadata: readonly { readonly slots: number; readonly bytes: Uint8Array }[];
  readonly nextId: number;
}

export class Rows implements Ids {
  /** A Map keeps the place of a key that is set again: an upsert does not move a row. */
  readonly #slots = new Map<Id, number>();
  // By slot. Slots are dense, so plain arrays beat maps.
  readonly #ids: (Id | undefined)[] = [];
  readonly #orders: number[] = [];
  #nextOrder = 1;
  #nextId = 1;
  readonly #metadata = new Metadata((slot) => this.#ids[slot]);
  readonly #changes = new Changes();

  get count(): number {
    return this.#slots.size;
  }

  /** Chosen ids are this one or above. */
  get nextId(): number {
    return this.#nextId;
  }

  ids(): Iterable<Id> {
    return this.#slots.keys();
  }

  has(id: Id): boolean {
    return this.#slots.has(id);
  }

  slotOf(id: Id): number | undefined {
    return this.#slots.get(id);
  }

  /** Whether a slot has an id. */
  hasSlot(slot: number): boolean {
    return this.#ids[slot] !== undefined;
  }

  idOf(slot: number): Id {
    const id = this.#ids[slot];
    if (id === undefined) throw new Error(`slot ${slot} is visible and has no id`);
    return id;
  }

  /** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` where it was saved, and cannot be read */
  metadataOf(slot: number): object | undefined {
    return this.#metadata.of(slot);
  }

  /** The metadata of a slot, with other fields put over its own. @throws `DAMAGED` if it was saved, and is broken */
  mergedMetadata(slot: number, change: object | undefined): object | undefined {
    return this.#metadata.merged(slot, change);
  }

  set(id: Id, slot: number, metadata: object | undefined): void {
    const old = this.#slots.get(id);
    const order = old === undefined ? this.#nextOrder++ : (this.#orders[old] as number);
    if (old !== undefined && old !== slot) this.#forget(old);
    this.#changes.add(slot);
    this.#slots.set(id, slot);
    this.#ids[slot] = id;
    this.#metadata.set(slot, metadata);
    this.#orders[slot] = order;
  }

  delete(id: Id): number | undefined {
    const slot = this.#slots.get(id);
    if (slot === undefined) return undefined;
    this.#slots.delete(id);
    this.#forget(slot);
    return slot;
  }

  choose(count: number, given: Iterable<Id>): number {
    let next = this.#nextId;
    for (const id of given) next = Math.max(next, follower(id));
    return chosenFrom(next, count);
  }

  /** Chosen ids will be above this one from now on, unless it is larger than any that is chosen. */
  saw(id: Id): void {
    const next = follower(id);
    if (next > this.#nextId) this.#nextId = next;
  }

  /** How many blocks there are. */
  get blocks(): number {
    return Math.ceil(this.#ids.length / BLOCK_ROWS);
  }

  /** The time now: what is copied from here on is saved as of it. */
  mark(): number {
    return this.#changes.mark();
  }

  /** Whether any of these slots, of one block, has changed after that time. */
  haveChanged(after: number, first: number, slots: number): boolean {
    return this.#changes.haveBeen(after, first, slots);
  }

  /** Whether any of these slots has a row that came after that time. */
  haveCome(after: number, first: number, slots: number): boolean {
    for (let slot = first; slot < Math.min(first + slots, this.#ids.length); slot++) {
      if (this.#ids[slot] !== undefined && this.#changes.haveBeen(after, slot, 1)) return true;
    }
    return false;
  }

  /** The ids of a block as they are now, to be stored. */
  encodeIds(block: number): Uint8Array {
    const first = block * BLOCK_ROWS;
    const listed: ListedId[] = [];
    for (let slot = first; slot < Math.min(first + BLOCK_ROWS, this.#ids.length); slot++) {
      const id = this.#ids[slot];
      if (id !== undefined) listed.push([slot - first, id, this.#orders[slot] as number]);
    }
    return encodeIds(listed);
  }

  /** Makes known which parts metadata is stored in. Yields now and then; at its end all of it is known. */
  measure(): Generator<undefined, void> {
    return this.#metadata.measure();
  }

  /** The parts that the metadata of a block is stored in, once they are known. */
  parts(block: number): readonly SlotRange[] {
    return this.#metadata.parts(block);
  }

  /** A part as it is now, to be stored; undefined where it is none any more. Yields now and then. */
  copyMetadata(part: SlotRange): Generator<undefined, Uint8Array | undefined> {
    return this.#metadata.copy(part);
  }

  /** Takes up what was saved, into rows that hold nothing yet. Yields now and then. @throws `DAMAGED` */
  *load({ ids, metadata, nextId }: SavedRows): Generator<undefined, void> {
    const runs: Uint32Array[] = [];
    for (const [block, bytes] of ids.entries()) {
      const slots: number[] = [];
      for (const [at, id, order] of decodeIds(bytes)) {
        const slot = block * BLOCK_ROWS + at;
        // Without holes: an array that grows from its end stays dense.
        for (; this.#ids.length < slot; this.#orders.push(0)) this.#ids.push(undefined);
        this.#ids.push(id);
        this.#orders.push(order);
        slots.push(slot);
      }
      runs.push(Uint32Array.from(slots).sort((a, b) => this.#orderOf(a) - this.#orderOf(b)));
      yield;
    }
    let first = 0;
    for (const { slots, bytes } of metadata) {
      yield* this.#metadata.load(first, slots, bytes, (slot) => this.#ids[slot] !== undefined);
      first += slots;
      yield;
    }
    const slots = yield* merged(runs, (slot) => this.#orderOf(slot), STEP_ROWS);
    for (const [i, slot] of slots.entries()) {
      const [id, order] = [this.idOf(slot), this.#orderOf(slot)];
      if (this.#slots.has(id) || order === this.#nextOrder - 1) throw damaged('the ids');
      this.#slots.set(id, slot);
      this.#nextOrder = order + 1;
      this.saw(id);
      if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    // Written by version 1.0.0-alpha.1 it may be above an id that is larger than any that is chosen.
    this.saw(nextId - 1);
  }

  /**
   * Reads all metadata that was loaded, to know that a write might have brought it. Yields now and then.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`
   */
  checkMetadata(): Generator<undefined, void> {
    return this.#metadata.check();
  }

  #orderOf(slot: number): number {
    return this.#orders[slot] as number;
  }

  #forget(slot: number): void {
    this.#changes.add(slot);
    this.#ids[slot] = undefined;
    this.#metadata.delete(slot);
  }
}
