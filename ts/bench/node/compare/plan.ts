/** The plan of a comparison: systems, settings, and time limits. */
import type { Dataset } from '../../data/dataset';
import type { SystemName } from '../../job';
import { BROWSER_SYSTEMS, type BrowserSystem, type Entry, NATIVE_SYSTEMS, type NativeSystem } from '../catalogue';
import type { CompareOptions } from './options';

/**
 * The steps are fine enough for interpolation, and reach as far as a graph may need. A system stops
 * at the first ef that reaches `STOP_AT`.
 */
const EFS = [10, 20, 30, 40, 60, 80, 120, 200, 300, 500, 800];
const STOP_AT = 0.99;
const WARMUP = 50;
/** For slow systems, since few queries warm up enough. */
const SLOW_WARMUP = 5;

export type Subject =
  | { readonly where: 'browser'; readonly name: SystemName; readonly entry: BrowserSystem }
  | { readonly where: 'native'; readonly name: string; readonly entry: NativeSystem };

/** The chosen systems in the order of the catalogue, browser systems first. */
export function subjects(names: readonly string[]): Subject[] {
  const browser = (Object.keys(BROWSER_SYSTEMS) as SystemName[]).map(
    (name): Subject => ({ where: 'browser', name, entry: BROWSER_SYSTEMS[name] }),
  );
  const native = Object.entries(NATIVE_SYSTEMS).map(([name, entry]): Subject => ({ where: 'native', name, entry }));
  return [...browser, ...native].filter(({ name }) => names.includes(name));
}

export interface Settings {
  readonly queries: number;
  readonly warmup: number;
  readonly efs: readonly number[];
  readonly passes: number;
  readonly stopAt: number;
}

export function settingsOf(entry: Entry, dataset: Dataset, { passes }: Pick<CompareOptions, 'passes'>): Settings {
  const queries = Math.min(entry.queries ?? dataset.queries, dataset.queries);
  const warmup = entry.queries === undefined ? WARMUP : SLOW_WARMUP;
  return { queries, warmup, efs: entry.efs ?? EFS, passes, stopAt: STOP_AT };
}

/**
 * The seconds for starting, loading and settling. In the browser, measuring the heap takes ten
 * seconds more.
 */
const OVERHEAD_SECONDS = 8;
const CATALOGUE_VALUES = 100_000 * 768;

/** @param earlier the seconds of an earlier run with the same data and settings, if known */
export function estimateSeconds(entry: Entry, dataset: Dataset, settings: Settings, earlier: number | null): number {
  if (earlier !== null) return earlier;
  const scale = (dataset.n * dataset.dimensions) / CATALOGUE_VALUES;
  const { buildSeconds, searchSeconds } = entry.expected;
  const passes = (settings.passes * settings.queries) / 1000;
  return OVERHEAD_SECONDS + scale * (buildSeconds + searchSeconds * passes);
}

/**
 * Generous, since a machine may be slower than the machine of the estimate. A system that exceeds
 * even this limit is taken as hung.
 */
export function limitSeconds(estimated: number): number {
  return 20 * 60 + 6 * estimated;
}
