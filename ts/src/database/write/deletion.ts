// The deletion of rows by their ids, which readers see in one step.

import type { Effect } from '../../base/calls.js';
import { ChangedRows } from '../../base/changed-rows.js';
import { STEP_ROWS } from '../../base/time-slices.js';
import type { Id } from '../../base/types.js';
import type { Collection } from '../../collection/collection.js';
import type { LiveState } from '../live-state.js';
import type { Change } from './committer.js';

/** The change for the committer. Its result is how many rows were deleted. */
export function deletion(live: LiveState, ids: readonly Id[]): Change<Effect<number>> {
  return {
    ready: undefined,
    bytes: 16 * ids.length,
    frees: true,
    isWhole: () => true,
    // biome-ignore lint/correctness/useYield: a step of a change
    *check() {
      live.assertOpen();
    },
    foresee(ahead) {
      for (const id of ids) ahead.delete(id);
    },
    entry: (origin) => ({ ...origin, kind: 'delete', ids }),
    publish: () => deletedRows(live.collection, ids),
    *withdraw() {},
  };
}

/** Removes the rows of these ids, as `deleteRows` does. The result is how many. */
export function* deletedRows(collection: Collection, ids: readonly Id[]): Generator<undefined, Effect<number>> {
  const changed = new ChangedRows();
  const result = yield* deleteRows(collection, ids, changed);
  return { result, changed: changed.take() };
}

/**
 * Removes the rows of these ids; returns how many. Yields now and then, for the caller to look at
 * the clock.
 */
export function* deleteRows(
  collection: Collection,
  ids: readonly Id[],
  changed: ChangedRows,
): Generator<undefined, number> {
  let deleted = 0;
  for (const [i, id] of ids.entries()) {
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    if (collection.delete(id) === undefined) continue;
    changed.note(id, true, false);
    deleted++;
  }
  return deleted;
}
