/**
 * The results of a comparison: the results of each system in the form of `npm run bench`, and the
 * fields for comparing.
 */
import type { Measured } from '../../job';
import { type Latency, latencyAt } from '../../measure/cost';
import { RECALLS, type Recall, type Results, type SystemResult, toResult } from '../results';

type LatencyAt = Readonly<Record<Recall, (Latency & { readonly bound: boolean }) | null>>;

export interface PeerResult extends Omit<SystemResult, 'system' | 'bytesLoaded'> {
  readonly system: string;
  readonly where: 'browser' | 'native';
  readonly version: string;
  /**
   * The system has no setting that trades recall for latency. The latency of its only point stands
   * for every recall.
   */
  readonly exact: boolean;
  /** The number of measured queries. Slow systems get fewer queries than the data set has. */
  readonly queries: number;
  /** Null for a native system. */
  readonly bytesLoaded: number | null;
  readonly latency: LatencyAt;
  readonly startedAt: string;
  readonly seconds: number;
}

export interface Failed {
  readonly system: string;
  readonly where: 'browser' | 'native';
  readonly reason: string;
}

/**
 * How many times as long as EdgeVec the system takes: for the mean at recall 0.95, and for the
 * build. Null if either number is missing.
 */
interface Ratios {
  readonly latency: number | null;
  readonly build: number | null;
}

export interface Compared extends PeerResult {
  /** Whether the result is from an earlier run. */
  readonly reused: boolean;
  /** By the name of the EdgeVec variant. */
  readonly ratios: Readonly<Record<string, Ratios>>;
}

/** The results of a data set: `Results` with further fields. */
export interface Comparison extends Omit<Results, 'results'> {
  readonly results: readonly Compared[];
  readonly failed: readonly Failed[];
}

export type About = Pick<
  PeerResult,
  'system' | 'where' | 'version' | 'exact' | 'queries' | 'bytesLoaded' | 'startedAt' | 'seconds'
>;

export function toPeerResult(measured: Measured, about: About): PeerResult {
  const { points, variant, buildSeconds, rowsPerSecond, memoryBytes } = measured;
  const latency = Object.fromEntries(
    RECALLS.map((recall) => [recall, latencyAt(points, Number(recall))]),
  ) as unknown as LatencyAt;
  // `about` already has the name and the bytes, so `toResult` gets placeholders.
  const { at } = toResult('edgevec', measured, 0);
  return { ...about, variant, buildSeconds, rowsPerSecond, memoryBytes, points, at, latency };
}

/** The two EdgeVec variants to compare with: in the browser, and native. */
export const OURS = { browser: 'edgevec', native: 'edgevec (native)' } as const;
export const RATIO_RECALL = '0.95';

export function withRatios(results: readonly (PeerResult & { readonly reused: boolean })[]): Compared[] {
  const ours = Object.values(OURS).map((name) => ({ name, result: results.find(({ system }) => system === name) }));
  return results.map((result) => ({
    ...result,
    ratios: Object.fromEntries(
      ours.map(({ name, result: own }) => [
        name,
        {
          latency: ratio(result.latency[RATIO_RECALL]?.meanUs, own?.latency[RATIO_RECALL]?.meanUs),
          build: ratio(result.buildSeconds, own?.buildSeconds),
        },
      ]),
    ),
  }));
}

function ratio(theirs: number | undefined, ours: number | undefined): number | null {
  return theirs === undefined || ours === undefined || ours === 0 ? null : theirs / ours;
}
