/**
 * Clustered vectors with the properties of text embeddings. A random linear map turns clusters in a
 * space of few dimensions into many dimensions, and adds a little noise in every direction. The
 * code uses only sums, products and square roots, since IEEE 754 defines these to the bit. A seed
 * therefore gives the same set in every browser and in Node.
 */
import { random } from '../../test/support/random.mjs';
import { makeRows, normalize, type Rows } from './rows';

interface SyntheticSpec {
  readonly n: number;
  readonly queries: number;
  readonly dimensions: number;
  readonly seed: number;
}

const CLUSTERS = 200;
const LATENT = 24;
const SPREAD = 0.6;
const NOISE = 1;

/**
 * Close to a normal deviate: four uniform numbers, centred and scaled to variance 1. Math.log and
 * Math.cos would differ between JavaScript engines.
 */
function bell(next: () => number): number {
  return (next() + next() + next() + next() - 2) * Math.sqrt(3);
}

function fill(length: number, next: () => number): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) out[i] = bell(next);
  return out;
}

/** `n` rows, then `queries` further rows of the same mixture. */
export function synthesize(spec: SyntheticSpec): { base: Rows; queries: Rows } {
  const { dimensions } = spec;
  const next = random(spec.seed);
  const centres = fill(CLUSTERS * LATENT, next);
  const map = fill(LATENT * dimensions, next);
  const draw = (count: number): Rows => {
    const values = new Float32Array(count * dimensions);
    const point = new Float64Array(dimensions);
    for (let row = 0; row < count; row++) {
      const centre = Math.floor(next() * CLUSTERS) * LATENT;
      for (let i = 0; i < dimensions; i++) point[i] = bell(next) * NOISE;
      for (let l = 0; l < LATENT; l++) {
        const weight = (centres[centre + l] as number) + SPREAD * bell(next);
        const from = l * dimensions;
        for (let i = 0; i < dimensions; i++) point[i] = (point[i] as number) + weight * (map[from + i] as number);
      }
      values.set(point, row * dimensions);
    }
    return normalize(makeRows(values, dimensions));
  };
  return { base: draw(spec.n), queries: draw(spec.queries) };
}
