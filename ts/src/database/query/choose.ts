// The choice of hits among candidates: at most so many of a group, and different from each other.

import type { Path } from '../../base/clause.js';
import { valueAt } from '../../filter/match.js';

/** The groups of the candidates. */
export interface Grouping {
  /** The group of each candidate. `undefined`: the candidate is alone in its group. */
  readonly groups: readonly (string | undefined)[];
  /** The largest number of chosen candidates of a group. */
  readonly perGroup: number;
}

/** How much the chosen candidates must differ. */
export interface Diverse {
  /** From 0 (not at all) to 1. */
  readonly diversity: number;
  /** Of each candidate. */
  readonly relevance: ArrayLike<number>;
  /** Flat: the vector of each candidate, of length 1 or 0. */
  readonly units: Float32Array;
}

/**
 * The positions of the chosen candidates, in the order of choice. Yields now and then.
 *
 * @param count the number of candidates, the best first
 * @param wanted the largest number to choose
 */
export function* choose(
  count: number,
  wanted: number,
  grouping: Grouping | undefined,
  diverse: Diverse | undefined,
): Generator<undefined, number[]> {
  const chosen: number[] = [];
  const counts = new Map<string, number>();
  const open = new Set(Array.from({ length: count }, (_, i) => i));
  /** The highest similarity of each candidate with a chosen candidate. */
  const alike = new Float64Array(count);
  const value = (i: number, { diversity, relevance }: Diverse): number =>
    (1 - diversity) * (relevance[i] as number) - diversity * (alike[i] as number);
  while (chosen.length < wanted) {
    let best: number | undefined;
    for (const i of open) {
      const group = grouping?.groups[i];
      if (group !== undefined && counts.get(group) === grouping?.perGroup) open.delete(i);
      else if (best === undefined || value(i, diverse as Diverse) > value(best, diverse as Diverse)) best = i;
      if (diverse === undefined && best !== undefined) break;
    }
    if (best === undefined) break;
    open.delete(best);
    chosen.push(best);
    const group = grouping?.groups[best];
    if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
    if (diverse === undefined) continue;
    const size = diverse.units.length / count;
    for (const i of open) {
      const similarity = dot(diverse.units, best * size, diverse.units, i * size, size);
      alike[i] = chosen.length === 1 ? similarity : Math.max(alike[i] as number, similarity);
    }
    yield;
  }
  return chosen;
}

/** A text for each group: rows with the same value. `undefined` if the value makes no group. */
export function groupOf(metadata: object | undefined, path: Path): string | undefined {
  const value = valueAt(metadata, path);
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value)) {
    return `${value === null ? 'null' : typeof value} ${String(value)}`;
  }
  return undefined;
}

/** Scales each vector of a flat list to the length 1, in place. A vector of zeros stays. */
export function toUnits(vectors: Float32Array, size: number): Float32Array {
  for (let at = 0; at < vectors.length; at += size) {
    const length = Math.sqrt(dot(vectors, at, vectors, at, size));
    if (length === 0) continue;
    for (let i = at; i < at + size; i++) vectors[i] = (vectors[i] as number) / length;
  }
  return vectors;
}

/** The cosine of a query, of length 1 or 0, with each vector of a flat list. */
export function relevanceTo(query: Float32Array, units: Float32Array): number[] {
  const size = query.length;
  return Array.from({ length: units.length / size }, (_, i) => dot(query, 0, units, i * size, size));
}

function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += (a[fromA + i] as number) * (b[fromB + i] as number);
  return sum;
}
