// The values of fields with their counts, for interfaces with check boxes.

import type { FacetReply, FacetsRequest } from '../../base/calls.js';
import type { Clause } from '../../base/clause.js';
import type { Isolation } from '../isolation.js';
import type { LiveState } from '../live-state.js';
import { select, selectable } from './selection.js';

const EVERY_ROW: Clause = { op: 'all', of: [] };

/** For each field, its values in the rows that match, all of one state of the database. */
export async function readFacets(live: LiveState, isolation: Isolation, request: FacetsRequest): Promise<FacetReply[]> {
  await selectable(live, isolation, request.filter, request.fields);
  return isolation.read(facets(live, request));
}

function* facets(live: LiveState, { fields, filter, limit }: FacetsRequest): Generator<undefined, FacetReply[]> {
  const { columns } = live.collection;
  yield* columns.prepareFields(fields);
  const rows = yield* select(live.collection, filter ?? EVERY_ROW);
  const replies: FacetReply[] = [];
  for (const field of fields) {
    replies.push(yield* columns.facet(field, rows, limit));
  }
  return replies;
}
