// How a query is to be answered: how many hits to look for, how widely, and whether to compare with
// every row.

import type { SearchRequest } from '../../base/calls.js';
import type { Collection } from '../../collection/collection.js';
import { MODE } from '../../engine/bindings.js';

interface Plan {
  /** Hits wanted. */
  readonly k: number;
  /** Breadth of the search. */
  readonly ef: number;
  readonly mode: number;
}

/** @param recall of searches with neither `ef` nor `recall` */
export function planOf(collection: Collection, { k, ef, recall: asked, exact }: SearchRequest, recall: number): Plan {
  // A search finds no more rows than there are, and the engine's buffers need not be larger. The
  // engine of an empty database still checks the query.
  const most = Math.max(1, collection.count);
  const wanted = Math.min(k, most);
  const width = ef ?? (exact ? wanted : collection.engine.efFor(wanted, asked ?? recall));
  return { k: wanted, ef: Math.min(Math.max(width, wanted), most), mode: exact ? MODE.exact : MODE.auto };
}
