// Deletions and changes of metadata by a filter. The turn of the change decides which rows match,
// so every earlier write counts, also the writes of other tabs. The log holds the ids of these
// rows: each tab and each replay changes the same rows.

import type { Effect } from '../../base/calls.js';
import type { Clause } from '../../base/clause.js';
import type { Id } from '../../base/types.js';
import { decodePart, encodePart, type StoredPart } from '../../format/part.js';
import type { LiveState } from '../live-state.js';
import { listIds, readStored } from '../query/selection.js';
import type { Change } from './committer.js';
import { deletion } from './deletion.js';
import { Transaction } from './transaction.js';

/** Rows of a part of the entry: a part is written and read in one step. */
const PART_ROWS = 256;

/** The change for the committer. Its result is how many rows were deleted. */
export function deletionOf(live: LiveState, filter: Clause): Change<Effect<number>> {
  let byIds = deletion(live, []);
  return {
    ...byIds,
    ready: readStored(live.collection, filter),
    isAlone: true,
    *check(ids) {
      yield* byIds.check(ids);
      byIds = deletion(live, yield* listIds(live.collection, filter));
    },
    entry: (origin) => byIds.entry(origin),
    publish: () => byIds.publish(),
  };
}

/**
 * The change for the committer. Its result is how many rows were changed.
 *
 * @param metadata is put over the metadata of each row, key by key, one level deep
 */
export function updateOf(live: LiveState, filter: Clause, metadata: object): Change<Effect<number>> {
  let parts: Uint8Array[] = [];
  return {
    ready: readStored(live.collection, filter),
    bytes: 0,
    isAlone: true,
    isWhole: () => true,
    *check() {
      live.assertOpen();
      parts = [];
      const ids = yield* listIds(live.collection, filter);
      for (let start = 0; start < ids.length; start += PART_ROWS) {
        parts.push(encodePart(partOf(start, ids.slice(start, start + PART_ROWS), metadata)));
        yield;
      }
    },
    foresee: () => {},
    entry: (origin) => ({ ...origin, kind: 'update', firstChosen: 0, stored: [], parts }),
    *publish() {
      // The rows of this moment: another tab's checkpoint may have taken the place of others.
      const transaction = new Transaction('update', live.collection);
      for (const bytes of parts) {
        // As a replay of the log reads the part. Rows then share no values, so that a caller who
        // changes a reply changes one row.
        transaction.append(decodePart(bytes, live.engine.dimensions), false);
        yield;
      }
      const { changed } = yield* transaction.publish();
      return { result: transaction.rows, changed };
    },
    *withdraw() {},
  };
}

/** Every row has the same object: the stored form holds the object once. */
function partOf(start: number, ids: Id[], metadata: object): StoredPart {
  return { start, ids, withVector: [], vectors: new Float32Array(0), metadata: ids.map(() => metadata) };
}
