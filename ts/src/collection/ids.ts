// Which ids there are: now, and once the changes ahead in the queue have taken effect.

import { EdgeVecError } from '../base/errors.js';
import type { Id } from '../base/types.js';

export interface Ids {
  has(id: Id): boolean;
  /**
   * The first of `count` ids for rows that came without; they follow one another. Integers above every number up to
   * `LAST_CHOSEN` that was seen as an id. `given` are the ids that come with the same write, so that a chosen id never
   * collides with one of them.
   *
   * @throws `INVALID_ID` if fewer than `count` integers are left
   */
  choose(count: number, given: Iterable<Id>): number;
}

/**
 * The largest id that is ever chosen. Larger ids of the caller (a snowflake as a number, `Number.MAX_SAFE_INTEGER` as a
 * sentinel) are never chosen, so they need not raise the counter: if they did, one of them would use up all integers for
 * good. Half of the largest safe integer, so that sums of an id and a count of rows are exact.
 */
export const LAST_CHOSEN = 2 ** 52;

/** The least integer that is above an id; 0 for an id that no chosen id can collide with. */
export function nextIdAfter(id: Id): number {
  return typeof id === 'number' && id <= LAST_CHOSEN ? Math.floor(id) + 1 : 0;
}

/** The first of `count` ids to be chosen, of which none is below `next`. @throws `INVALID_ID` if fewer integers are left */
export function chosenFrom(next: number, count: number): number {
  const left = LAST_CHOSEN - next + 1;
  if (count <= left) return next;
  throw new EdgeVecError('INVALID_ID', 'There are not enough integers left above the largest id to choose from', {
    expected: `at most ${left} records without an id`,
    got: `${count}`,
    remedy: 'Pass ids of your own.',
  });
}

/** The ids after changes that are logged together, before the first of them has taken effect. */
export class PendingIds implements Ids {
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
    if (nextIdAfter(id) > nextIdAfter(this.#largest)) this.#largest = id;
  }

  delete(id: Id): void {
    this.#changed.set(id, false);
  }
}
