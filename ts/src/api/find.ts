// Searches by an object, from the call to the hits. A chunk: many pages search by vectors only.

import type { FindRequest, FoundReply } from '../base/calls.js';
import { amend, EdgeVecError } from '../base/errors.js';
import type { Highlights, TextHit } from '../base/searches.js';
import type { Decoder } from './decode.js';
import { type Asked, resolveQuery } from './options/query.js';
import { readable } from './options/values.js';
import { reranked } from './rerank.js';
import type { Session } from './session.js';
import type { Taken } from './taken.js';
import { assertSameSpace } from './vector/space.js';

/** Candidates for `rerank`, if the caller does not say how many. */
const CANDIDATES = 100;

/**
 * The hits of each search, in order.
 *
 * @param isList whether an error tells the position of its search
 */
export async function find<M extends object>(
  session: Session,
  searches: readonly Taken[],
  isList: boolean,
): Promise<TextHit<M>[][]> {
  const { dimensions, host, options } = session;
  const all = searches.map((taken, row) => {
    try {
      if (taken.vectors.length > 0) assertSameSpace(taken.space, host.engine);
      return readable(() => resolveQuery(taken, dimensions, options));
    } catch (error) {
      throw isList && error instanceof EdgeVecError ? amend(error, { row }) : error;
    }
  });
  const replies = await session.call('find', all.map(requestOf));
  const decoder = session.decoder<M>(isList);
  const found: TextHit<M>[][] = [];
  for (const [i, reply] of replies.entries()) {
    if (i > 0) await session.host.slices.breathe();
    const asked = all[i] as Asked;
    const hits = hitsOf(reply, decoder);
    found.push(asked.rerank === undefined ? hits : await reranked(hits, asked, session.host.slices));
  }
  return found;
}

/** Hits, the best first. Hits of a single vector have a distance. */
function hitsOf<M extends object>(reply: FoundReply, decoder: Decoder<M>): TextHit<M>[] {
  const { distances, scores, highlights, ranks } = reply;
  return reply.ids.map((_, i) => ({
    ...decoder.record(reply, i),
    ...(distances && { distance: distances[i] }),
    score: scores[i] as number,
    ...(highlights && { highlights: highlights[i] as Highlights }),
    ...ranks?.[i],
  }));
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
