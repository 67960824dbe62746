// Which ids there are: now, and once the changes ahead in the queue have taken effect.

import type { Id } from '../types.js';

export interface Ids {
  has(id: Id): boolean;
  /**
   * The first of `count` ids for rows that came without; they follow one another. Integers above every integer id seen so far, like
   * IndexedDB's key generator. `given` are the ids that come with the same write, so that a chosen id never collides with one of them.
   *
   * @throws `INVALID_ID` where no integer is left
   */
  choose(count: number, given: Iterable<Id>): number;
}

/** What is above an id that a number may be chosen from. */
export function follower(id: Id): number {
  return typeof id === 'number' ? Math.floor(id) + 1 : 0;
}

/** The ids after changes that are logged together, before the first of them has taken effect. */
export class Ahead implements Ids {
  readonly #ids: Ids;
  readonly #changed = new Map<Id, boolean>();
  /** Above the integers among them. */
  #largest: Id = 0;

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  has(id: Id): boolean {
    return this.#changed.get(id) ?? this.#ids.has(id);
  }

  choose(count: number, given: Iterable<Id>): number {
    return this.#ids.choose(count, [this.#largest, ...given]);
  }

  add(id: Id): void {
    this.#changed.set(id, true);
    if (follower(id) > follower(this.#largest)) this.#largest = id;
  }

  delete(id: Id): void {
    this.#changed.set(id, false);
  }
}
