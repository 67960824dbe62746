// How a query is to be answered: how many hits to look for, how widely, and whether to compare with
// every row.

import type { SearchRequest } from '../../base/calls.js';
import { MODE } from '../../engine/bindings.js';
import type { Engine } from '../../engine/engine.js';

type Breadth = Pick<SearchRequest, 'k' | 'offset' | 'ef' | 'recall' | 'exact'>;

interface Plan {
  /** Hits to look for. */
  readonly k: number;
  /** Breadth of the search. */
  readonly ef: number;
  readonly mode: number;
}

/**
 * @param rows how many rows the search may return
 * @param recall of searches with neither `ef` nor `recall`
 */
export function planOf(engine: Engine, request: Breadth, rows: number, recall: number): Plan {
  const { k, offset = 0, ef, recall: asked, exact } = request;
  // A search finds no more rows than there are, and the engine's buffers need not be larger. The
  // engine of an empty database still checks the query.
  const most = Math.max(1, rows);
  const wanted = Math.min(offset + k, most);
  const width = ef ?? (exact ? wanted : engine.efFor(wanted, asked ?? recall));
  return { k: wanted, ef: Math.min(Math.max(width, wanted), most), mode: exact ? MODE.exact : MODE.auto };
}
