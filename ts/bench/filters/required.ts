/** The limits of a filtered search, and whether a cell keeps them. */
import { type Cell, GIVEN_UP } from './job';

export interface Setting {
  readonly n: number;
  readonly dimensions: number;
  readonly browser: 'chromium' | 'firefox' | 'webkit';
}

export interface Limits {
  readonly meanUs: number | null;
  readonly failures: readonly string[];
}

const RECALL = 0.95;
/** A filtered search may take so many times as long as the search without a filter. */
const UNFILTERED = 2;
/** The same for the scan of the allowed rows. */
const SCAN = 1.2;
/** A walk is given up once the walk has cost as much as the scan. */
const SCAN_GIVEN_UP = 2;
/** For at least 100,000 rows of 768 columns in Chromium. */
const MOST_US = 1500;
const MOST_RELATED_US = 800;

/**
 * The longest mean time. If walks were given up in a part of the searches, the factor of the scan
 * is between the two factors by this part.
 */
export function longestUs({ unfiltered, scan, strategies }: Cell): number | null {
  if (!unfiltered || !scan) return null;
  const all = strategies ? strategies.walk + strategies.scan + strategies[GIVEN_UP] : 0;
  const givenUp = strategies && all > 0 ? strategies[GIVEN_UP] / all : 0;
  const factor = SCAN + (SCAN_GIVEN_UP - SCAN) * givenUp;
  return Math.max(UNFILTERED * unfiltered.meanUs, factor * scan.meanUs);
}

/** The fixed limit of the mean. Null if none applies: another browser, or fewer rows or columns. */
export function mostUs({ kind }: Pick<Cell, 'kind'>, { n, dimensions, browser }: Setting): number | null {
  if (browser !== 'chromium' || n < 100_000 || dimensions < 768) return null;
  const isRelated = kind === 'random' || kind === 'nearest' || kind === 'own author' || kind === 'own work';
  return isRelated ? MOST_RELATED_US : MOST_US;
}

/** @returns the limits that the cell does not keep, in words. Empty: reached */
export function failuresOf(cell: Cell, setting: Setting): string[] {
  const failures: string[] = [];
  if (cell.recall < RECALL) failures.push('recall');
  if (cell.short > 0 || cell.wrong > 0) failures.push('hits');
  const longest = longestUs(cell);
  if (longest !== null && cell.meanUs > longest) failures.push('ratio');
  const most = mostUs(cell, setting);
  if (most !== null && cell.meanUs > most) failures.push(`${most / 1000} ms`);
  return failures;
}
