/** What is to be measured, how, and how long that may take. */
import type { Dataset } from '../../data/dataset';
import type { SystemName } from '../../job';
import { BROWSER_SYSTEMS, type BrowserSystem, type Entry, NATIVE_SYSTEMS, type NativeSystem } from '../catalogue';
import type { CompareOptions } from './options';

/** In steps fine enough to interpolate between, as far as a graph may need; a system stops where it has reached the last recall. */
const EFS = [10, 20, 30, 40, 60, 80, 120, 200, 300, 500, 800];
const STOP_AT = 0.99;
const WARMUP = 50;
/** For systems so slow that one query is warm-up enough. */
const SLOW_WARMUP = 5;

export type Subject =
  | { readonly where: 'browser'; readonly name: SystemName; readonly entry: BrowserSystem }
  | { readonly where: 'native'; readonly name: string; readonly entry: NativeSystem };

/** In the order of the catalogue: the browser's first. */
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

/** Start, load, settle; and in the browser ten seconds more where the heap has to be measured. */
const OVERHEAD_SECONDS = 8;
const CATALOGUE_VALUES = 100_000 * 768;

/** @param earlier seconds it took before with the same data and settings, where that is known */
export function estimateSeconds(entry: Entry, dataset: Dataset, settings: Settings, earlier: number | null): number {
  if (earlier !== null) return earlier;
  const scale = (dataset.n * dataset.dimensions) / CATALOGUE_VALUES;
  const { buildSeconds, searchSeconds } = entry.expected;
  const passes = (settings.passes * settings.queries) / 1000;
  return OVERHEAD_SECONDS + scale * (buildSeconds + searchSeconds * passes);
}

/** A machine may be slower than the one the estimate is of; something that takes so much longer is not going to end. */
export function limitSeconds(estimated: number): number {
  return 20 * 60 + 6 * estimated;
}
