// The rows that a filter selects.

import type { ReadonlyBits } from '../../base/bits.js';
import type { Clause, Path } from '../../base/clause.js';
import type { Id } from '../../base/types.js';
import type { Collection } from '../../collection/collection.js';
import { pathsOf } from '../../collection/columns/fields.js';
import type { Isolation } from '../isolation.js';
import type { LiveState } from '../live-state.js';

/** Ids listed between two looks at the clock: listing one costs next to nothing. */
const LISTED_ROWS = 1_024;

/**
 * Resolves once the columns of a filter, and of further fields, are there and no commit is half
 * done. A caller may then select and read rows in the same turn of the event loop. To be called
 * before a read in slices: commits wait for such a read, and making a column takes long.
 *
 * @throws `CLOSED`, `DAMAGED`, `UNSUPPORTED_FORMAT`
 */
export async function selectable(
  live: LiveState,
  isolation: Isolation,
  clause: Clause | undefined,
  fields: readonly Path[] = [],
): Promise<void> {
  const all = clause === undefined ? fields : [...fields, ...pathsOf(clause)];
  for (;;) {
    while (isolation.gate !== undefined) await isolation.gate;
    live.assertOpen();
    const { columns } = live.collection;
    if (columns.awaitsStored(all)) await columns.readStored(all);
    else if (!columns.areFieldsReady(fields)) await isolation.run(columns.prepareFields(fields));
    else if (clause !== undefined && !columns.isReady(clause)) await isolation.run(columns.prepare(clause));
    else return;
  }
}

/**
 * Reads the stored columns of a filter, for a caller that selects in steps. Without this call, the
 * steps make the columns of metadata. Undefined if nothing is to be read.
 */
export function readStored({ columns }: Collection, clause: Clause): Promise<void> | undefined {
  const fields = pathsOf(clause);
  return columns.awaitsStored(fields) ? columns.readStored(fields) : undefined;
}

/** The slots of the rows that match. Yields now and then. */
export function* select({ columns }: Collection, clause: Clause): Generator<undefined, ReadonlyBits> {
  while (!columns.isReady(clause)) yield* columns.prepare(clause);
  return columns.select(clause);
}

/**
 * At most `limit` ids of the rows that match, after the first `offset`, in order of insertion.
 * Yields now and then.
 */
export function* listIds(
  collection: Collection,
  clause: Clause | undefined,
  offset = 0,
  limit = Number.POSITIVE_INFINITY,
): Generator<undefined, Id[]> {
  const ids: Id[] = [];
  let met = 0;
  const all = clause === undefined ? collection.ids() : collection.inOrder(yield* select(collection, clause));
  for (const id of all) {
    if (met++ >= offset) ids.push(id);
    if (ids.length === limit) break;
    if (met % LISTED_ROWS === 0) yield;
  }
  return ids;
}
