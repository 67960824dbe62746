// How many of its cases a test goes through. `npm test` takes a sample of the longest tests,
// `npm test -- --soak` takes every case.

import { environment } from './environment.js';

/** Whether every case is wanted. */
export const SOAKS = environment['EDGEVEC_SOAK'] !== undefined;

/** @returns `all` in a soak, `few` otherwise */
export function soaked(few: number, all: number): number {
  return SOAKS ? all : few;
}

/**
 * Picks positions of a list, to put a fault there. Each kind gets one position, and another turn
 * picks the next position of the kind. In a soak, every position is picked.
 *
 * @param kinds the kind of each position
 * @param turn a number from 0: the turns together pick every position of a kind, if there are as
 * many turns as positions
 */
export function sampled(kinds: readonly string[], turn: number): number[] {
  const positions = [...kinds.keys()];
  if (SOAKS) return positions;
  return [...new Set(kinds)].map((kind) => {
    const same = positions.filter((position) => kinds[position] === kind);
    return same[turn % same.length] as number;
  });
}

/**
 * Picks positions of a list that are spread over the whole list: a random position in each of
 * `most` equal parts. In a soak, every position is picked.
 *
 * @param count the length of the list
 * @param draw makes random numbers from 0 to 1
 */
export function spread(count: number, most: number, draw: () => number): number[] {
  const parts = soaked(Math.min(most, count), count);
  return Array.from({ length: parts }, (_, i) => Math.floor(((i + draw()) * count) / parts));
}
