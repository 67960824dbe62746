// A single list of rows, made of several lists.

import type { Fusion } from '../../base/calls.js';

/** Rows by column, the best first. Equal scores come in the order of insertion. */
export interface Ranked {
  readonly slots: readonly number[];
  readonly scores: readonly number[];
}

/**
 * @param lists each row of a list, with its score in the list. A row that is in no list by words or
 * by a sparse vector has the score 0 there
 * @param rows the number of different rows
 * @param orderOf the place of a row in the order of insertion
 */
export function fuse(
  lists: readonly Ranked[],
  rows: number,
  { method, rrfK, weights }: Fusion,
  orderOf: (slot: number) => number,
): Ranked {
  const shares = new Map<number, number[]>();
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, { slots, scores }] of lists.entries()) {
    const weight = weights[i] as number;
    const scaled = method === 'rrf' ? [] : scale(scores, slots.length < rows ? 0 : undefined);
    for (const [rank, slot] of slots.entries()) {
      const share = method === 'rrf' ? weight / (rrfK + rank + 1) : (weight / all) * (scaled[rank] as number);
      const own = shares.get(slot);
      if (own === undefined) shares.set(slot, [share]);
      else own.push(share);
    }
  }
  const fused = [...shares].map(([slot, own]) => ({ slot, score: sum(own) }));
  fused.sort((a, b) => b.score - a.score || orderOf(a.slot) - orderOf(b.slot));
  return { slots: fused.map(({ slot }) => slot), scores: fused.map(({ score }) => score) };
}

/** Scores in descending order, scaled so that the best has 1, and the worst has 0. */
export function scale(scores: readonly number[], worst = scores.at(-1) ?? 0): number[] {
  const range = (scores[0] ?? 0) - worst;
  return scores.map((score) => (range > 0 ? (score - worst) / range : 1));
}

/** In a fixed order: two rows with the same shares then have the same sum, to the bit. */
function sum(shares: number[]): number {
  return shares.sort((a, b) => b - a).reduce((all, share) => all + share, 0);
}
