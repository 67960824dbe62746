/** The results of a comparison: those of one system as `npm run bench` gives them, and what comparing adds. */
import type { Measured } from '../../job';
import { type Latency, latencyAt } from '../../measure/cost';
import { RECALLS, type Recall, type Results, type SystemResult, toResult } from '../results';

type LatencyAt = Readonly<Record<Recall, (Latency & { readonly bound: boolean }) | null>>;

export interface PeerResult extends Omit<SystemResult, 'system' | 'bytesLoaded'> {
  readonly system: string;
  readonly where: 'browser' | 'native';
  readonly version: string;
  /** It has no setting that trades recall for latency: the one point is its latency at every recall. */
  readonly exact: boolean;
  /** Queries measured; fewer than the data set's where it is slow. */
  readonly queries: number;
  /** Null for a native one. */
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

/** How many times as long as ours: of the mean at recall 0.95, and of the build. Null where either is missing. */
interface Ratios {
  readonly latency: number | null;
  readonly build: number | null;
}

export interface Compared extends PeerResult {
  /** Kept from an earlier run. */
  readonly reused: boolean;
  /** By the name of ours. */
  readonly ratios: Readonly<Record<string, Ratios>>;
}

/** One data set. The shape of `Results`, with more in it. */
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
  // The name and the bytes are those of `about`.
  const { at } = toResult('edgevec', measured, 0);
  return { ...about, variant, buildSeconds, rowsPerSecond, memoryBytes, points, at, latency };
}

/** What everything is compared with: ours in the browser, and ours natively. */
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
