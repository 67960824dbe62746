// Searches by an object, from the call to the hits.

import type { FindRequest } from '../base/calls.js';
import { chunk } from '../base/chunk.js';
import type { TextHit } from '../base/searches.js';
import type { Asked } from './options/query.js';
import type { Session } from './session.js';

/** Candidates for `rerank`, if the caller does not say how many. */
const CANDIDATES = 100;

/** The hits of each search, in order. */
export async function find<M extends object>(session: Session, searches: readonly Asked[]): Promise<TextHit<M>[][]> {
  const replies = await session.call('find', searches.map(requestOf));
  const decoder = session.decoder<M>(searches.length > 1);
  const found: TextHit<M>[][] = [];
  for (const [i, reply] of replies.entries()) {
    if (i > 0) await session.host.slices.breathe();
    const asked = searches[i] as Asked;
    const hits = decoder.found(reply);
    if (asked.rerank === undefined) found.push(hits);
    else {
      const { reranked } = await chunk('rerank', () => import('./rerank.js'));
      found.push(await reranked(hits, asked, session.host.slices));
    }
  }
  return found;
}

/** What the database does of a search: with `rerank`, only the candidates. */
function requestOf({ request, rerank }: Asked): FindRequest {
  if (rerank === undefined) return request;
  const { offset, k, diversity, includeVectors } = request;
  const candidates = request.candidates ?? Math.max(CANDIDATES, offset + k);
  return {
    ...request,
    k: candidates,
    offset: 0,
    candidates,
    minScore: undefined,
    diversity: 0,
    groupBy: undefined,
    includeVectors: includeVectors || diversity > 0,
  };
}
