import type { Batch, Reader, RowMetadata, SyntheticSource } from './types';

const CLUSTERS = 128;
/**
 * Embeddings vary along far fewer directions than their dimensions. Data without this property is
 * harder than any real data set.
 */
const DIRECTIONS = 40;
/**
 * The distance of rows from their cluster's centre, along these directions and in any direction.
 * The spread of the centres is 1.
 */
const SPREAD = 0.8;
const NOISE = 0.25;
const FIRST_QUERY = 0x8000_0000;

/**
 * mulberry32, turned into pairs of normal numbers (Box-Muller). Each row has a seed of its own, so
 * a shorter set is the beginning of a longer set.
 */
function normals(seed: number): () => number {
  let state = seed >>> 0;
  let spare: number | null = null;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

function mix(seed: number, index: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Seeded clusters in a space of few directions. They take the place of embeddings, and need no
 * download.
 */
export function synthetic({ rows, dimensions, seed }: SyntheticSource, from: number): Reader {
  const draw = normals(mix(seed, -1));
  const centres = Float32Array.from({ length: CLUSTERS * dimensions }, draw);
  const directions = Float32Array.from({ length: DIRECTIONS * dimensions }, draw);
  const scale = SPREAD / Math.sqrt(DIRECTIONS);
  let at = from;

  function fill(index: number, out: Float32Array): RowMetadata {
    const next = normals(mix(seed, index));
    const cluster = mix(seed + 1, index) % CLUSTERS;
    const centre = centres.subarray(cluster * dimensions, (cluster + 1) * dimensions);
    for (let d = 0; d < dimensions; d++) out[d] = (centre[d] as number) + next() * NOISE;
    let direction = 0;
    let farthest = 0;
    for (let j = 0; j < DIRECTIONS; j++) {
      const weight = next() * scale;
      if (Math.abs(weight) > farthest) {
        farthest = Math.abs(weight);
        direction = j;
      }
      const offset = j * dimensions;
      for (let d = 0; d < dimensions; d++) out[d] = (out[d] as number) + weight * (directions[offset + d] as number);
    }
    let squares = 0;
    for (let d = 0; d < dimensions; d++) squares += ((out[d] as number) - (centre[d] as number)) ** 2;
    return { cluster, direction, offset: Math.round(Math.sqrt(squares) * 100) / 100 };
  }

  function batch(first: number, count: number): Batch {
    const vectors = new Float32Array(count * dimensions);
    const metadata = Array.from({ length: count }, (_, i) =>
      fill(first + i, vectors.subarray(i * dimensions, (i + 1) * dimensions)),
    );
    return { rows: count, vectors, metadata };
  }

  return {
    async next(limit) {
      const count = Math.min(limit, rows - at);
      if (count <= 0) return null;
      at += count;
      return batch(at - count, count);
    },
    queries: async (skip, limit) => batch(FIRST_QUERY + skip, limit),
    close() {},
  };
}
