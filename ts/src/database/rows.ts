// Which id is in which slot, and the metadata of each: the visible rows, in order of insertion.

import { EdgeVecError } from '../errors.js';
import type { Id } from '../types.js';

export class Rows {
  /** A Map keeps the place of a key that is set again: an upsert does not move a row. */
  readonly #slots = new Map<Id, number>();
  // By slot. Slots are dense, so plain arrays beat maps.
  readonly #ids: (Id | undefined)[] = [];
  readonly #metadata: (object | undefined)[] = [];
  #nextId = 1;

  get count(): number {
    return this.#slots.size;
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

  idOf(slot: number): Id {
    const id = this.#ids[slot];
    if (id === undefined) throw new Error(`slot ${slot} is visible and has no id`);
    return id;
  }

  metadataOf(slot: number): object | undefined {
    return this.#metadata[slot];
  }

  set(id: Id, slot: number, metadata: object | undefined): void {
    const old = this.#slots.get(id);
    if (old !== undefined && old !== slot) this.#forget(old);
    this.#slots.set(id, slot);
    this.#ids[slot] = id;
    this.#metadata[slot] = metadata;
  }

  delete(id: Id): number | undefined {
    const slot = this.#slots.get(id);
    if (slot === undefined) return undefined;
    this.#slots.delete(id);
    this.#forget(slot);
    return slot;
  }

  /**
   * Ids for rows that came without: integers above every integer id seen so far, like IndexedDB's key generator. `given`
   * are the ids that come with the same write, so that a chosen id never collides with one of them.
   */
  choose(count: number, given: Iterable<Id>): number[] {
    let next = this.#nextId;
    for (const id of given) next = Math.max(next, follower(id));
    if (count > 0 && next + count - 1 > Number.MAX_SAFE_INTEGER) {
      throw new EdgeVecError('INVALID_ID', 'There is no integer left above the largest id', {
        remedy: 'Pass ids of your own.',
      });
    }
    return Array.from({ length: count }, (_, i) => next + i);
  }

  /** Chosen ids will be above this one from now on. */
  saw(id: Id): void {
    const next = follower(id);
    if (next > this.#nextId) this.#nextId = next;
  }

  #forget(slot: number): void {
    this.#ids[slot] = undefined;
    this.#metadata[slot] = undefined;
  }
}

function follower(id: Id): number {
  return typeof id === 'number' ? Math.floor(id) + 1 : 0;
}
