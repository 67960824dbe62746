// Hits in the order of new scores.

import { EdgeVecError } from '../base/errors.js';
import { inspect, reasonOf } from '../base/inspect.js';
import type { Rerank, TextHit } from '../base/searches.js';
import type { Slices } from '../base/time-slices.js';
import { choose, type Diverse, groupOf, toUnits } from '../database/query/choose.js';
import { scale } from '../database/query/fusion.js';
import type { Asked } from './options/query.js';

/**
 * @param hits the candidates, the best first
 * @throws `RERANK_FAILED`, `RERANK_TIMEOUT`
 */
export async function reranked<M extends object>(
  hits: readonly TextHit<M>[],
  asked: Asked,
  slices: Slices,
): Promise<TextHit<M>[]> {
  const { groupBy, perGroup, minScore, diversity, includeVectors, k, offset } = asked.request;
  if (hits.length === 0) return [];
  // Read before the caller's function runs, since the function may change the objects.
  const groups = groupBy && hits.map(({ metadata }) => groupOf(metadata, groupBy));
  const vectors = diversity > 0 ? hits.map(({ vector }) => (vector as Float32Array).slice()) : undefined;
  const scores = await scoresOf(hits, asked);
  const kept = [...hits.keys()].filter((i) => minScore === undefined || (scores[i] as number) >= minScore);
  kept.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const grouping = groups && { groups: kept.map((i) => groups[i]), perGroup };
  const diverse = vectors && diverseOf(kept, scores, vectors, diversity);
  const chosen = await slices.take(choose(kept.length, offset + k, grouping, diverse));
  return chosen.slice(offset).map((position) => {
    const i = kept[position] as number;
    const { vector, ...hit } = { ...(hits[i] as TextHit<M>), score: scores[i] as number };
    return includeVectors && vector !== undefined ? { ...hit, vector } : hit;
  });
}

function diverseOf(
  kept: readonly number[],
  scores: readonly number[],
  vectors: readonly Float32Array[],
  diversity: number,
): Diverse {
  const size = vectors[0]?.length ?? 0;
  const flat = new Float32Array(kept.length * size);
  for (const [position, i] of kept.entries()) flat.set(vectors[i] as Float32Array, position * size);
  const relevance = scale(kept.map((i) => scores[i] as number));
  return { diversity, relevance, units: toUnits(flat, size) };
}

/** Runs the caller's function within its time. */
async function scoresOf<M extends object>(
  hits: readonly TextHit<M>[],
  { request, rerank, timeout }: Asked,
): Promise<number[]> {
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    if (timeout === undefined) return;
    timer = setTimeout(() => {
      const error = new EdgeVecError('RERANK_TIMEOUT', `rerank has not answered within ${timeout} ms`, {
        remedy: 'Pass a longer timeout, or fewer candidates. Or search without rerank, and show these hits.',
      });
      reject(error);
      over.abort(error);
    }, timeout);
  });
  const query = request.words === undefined ? {} : { text: request.words.text };
  const ask = async (): Promise<number[]> => {
    let given: unknown;
    let scores: unknown[] | undefined;
    try {
      given = await (rerank as unknown as Rerank<M>)(query, [...hits], { signal: over.signal });
      scores = listOf(given, hits.length);
    } catch (cause) {
      throw new EdgeVecError('RERANK_FAILED', `rerank failed: ${reasonOf(cause)}`, { cause });
    }
    if (scores?.every((score) => Number.isFinite(score))) return scores as number[];
    throw new EdgeVecError('RERANK_FAILED', 'rerank gave no score for each hit', {
      expected: `${hits.length} finite numbers, in the order of the hits`,
      got: inspect(given),
    });
  };
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A copy of a list of this length. Another list may be far too long for a copy. */
function listOf(given: unknown, length: number): unknown[] | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  return (given as ArrayLike<unknown>).length === length ? Array.from(given as ArrayLike<unknown>) : undefined;
}
