/**
 * Decides whether a build is slower than another build. Each round of the benchmark measures the
 * base, the head, and the base a second time, close together. A ratio within a round is therefore
 * free of the machine's slow changes.
 */
import { random } from '../../../test/support/random.mjs';

/** A number for each round: the mean or a percentile of the searches in the round. */
export interface Series {
  readonly base: readonly number[];
  readonly head: readonly number[];
  /** A second database of the base. */
  readonly again: readonly number[];
}

export interface Verdict {
  /** The median of head / base. */
  readonly ratio: number;
  /**
   * How far the median of again / base may stray from 1 by chance: in 19 of 20 sets of rounds drawn
   * from the measured rounds, the median strays less.
   */
  readonly noise: number;
  /** Whether the ratio is above the limit by more than the noise. */
  readonly isSlower: boolean;
}

const RESAMPLES = 2000;
const SEED = 1;

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half];
  if (upper === undefined) throw new Error('A median needs at least one round.');
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

const ratios = (over: readonly number[], under: readonly number[]): number[] =>
  over.map((value, i) => value / (under[i] as number));

function noiseOf(sameBuild: readonly number[]): number {
  const next = random(SEED);
  const drawn = Array.from({ length: RESAMPLES }, () => {
    const rounds = sameBuild.map(() => sameBuild[Math.floor(next() * sameBuild.length)] as number);
    return Math.abs(medianOf(rounds) - 1);
  }).sort((a, b) => a - b);
  return drawn[Math.floor(RESAMPLES * 0.95)] as number;
}

/** @param limit the largest ratio that is no fault, such as 1.1 */
export function judge({ base, head, again }: Series, limit: number): Verdict {
  if (base.length !== head.length || base.length !== again.length) {
    throw new Error(`The rounds differ: ${base.length} of base, ${head.length} of head, ${again.length} of again.`);
  }
  const ratio = medianOf(ratios(head, base));
  const noise = noiseOf(ratios(again, base));
  return { ratio, noise, isSlower: ratio - noise > limit };
}
