// The existing ids: now, and after the changes ahead in the queue.

import { EdgeVecError } from '../base/errors.js';
import type { Id } from '../base/types.js';

export interface Ids {
  has(id: Id): boolean;
  /**
   * The first of `count` consecutive ids for rows without an id. The ids are integers, above every
   * number up to `LAST_CHOSEN` that was seen as an id.
   *
   * @param given the ids in the same write. A chosen id never equals a given id
   * @throws `INVALID_ID` if fewer than `count` integers are left
   */
  choose(count: number, given: Iterable<Id>): number;
}

/**
 * The largest id that the database ever chooses. A caller may use larger ids: a snowflake as a
 * number, or `Number.MAX_SAFE_INTEGER` as a sentinel. Larger ids do not raise the counter.
 * Otherwise a single large id would use up all integers forever. The limit is half of the largest
 * safe integer, so that the sum of an id and a count of rows is exact.
 */
export const LAST_CHOSEN = 2 ** 52;

/** The least integer above an id. 0 for an id that never equals a chosen id. */
export function nextIdAfter(id: Id): number {
  return typeof id === 'number' && id <= LAST_CHOSEN ? Math.floor(id) + 1 : 0;
}

/**
 * The first of `count` consecutive ids from `next` on. @throws `INVALID_ID` if fewer integers are
 * left
 */
export function chosenFrom(next: number, count: number): number {
  const left = LAST_CHOSEN - next + 1;
  if (count <= left) return next;
  throw new EdgeVecError('INVALID_ID', 'There are not enough integers left above the largest id to choose from', {
    expected: `at most ${left} records without an id`,
    got: `${count}`,
    remedy: 'Pass ids of your own.',
  });
}

/** The ids after changes that are logged together, before the first change has taken effect. */
export class PendingIds implements Ids {
  readonly #ids: Ids;
  readonly #changed = new Map<Id, boolean>();
  /** The largest added number up to `LAST_CHOSEN`. */
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
