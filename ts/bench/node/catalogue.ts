/** All systems that can be measured, with the facts that the command line needs before a run. */
import type { SystemName } from '../job';
import type { Precision } from '../systems/system';

/** The time for 100,000 rows of 768 columns on a machine of 2026, for estimates. */
interface Expected {
  readonly buildSeconds: number;
  /** A pass over 1,000 queries at every ef. */
  readonly searchSeconds: number;
}

export interface Entry {
  /** The name on the command line and in file names. */
  readonly slug: string;
  readonly expected: Expected;
  /** The values to measure in place of the usual ef. A single value for an exact search. */
  readonly efs?: readonly number[];
  readonly exact?: boolean;
  /** The number of queries, if the system is too slow for the usual number. */
  readonly queries?: number;
}

export interface BrowserSystem extends Entry {
  /** The adapter's file, with the registry's import path. */
  readonly adapter: string;
  /**
   * The packages of ts/bench/peers that the system needs. The report gives their versions as the
   * system's version.
   */
  readonly packages: readonly string[];
}

export interface NativeSystem extends Entry {
  readonly run:
    | { readonly tool: 'crate'; readonly precision: Precision }
    /**
     * `system` is the name in ts/bench/native/systems.py, `package` the name in requirements.txt.
     */
    | { readonly tool: 'python'; readonly system: string; readonly package: string };
}

export const BROWSER_SYSTEMS: Readonly<Record<SystemName, BrowserSystem>> = {
  edgevec: {
    slug: 'edgevec',
    adapter: './edgevec-engine',
    packages: [],
    expected: { buildSeconds: 30, searchSeconds: 3 },
  },
  'edgevec-int16': {
    slug: 'edgevec-int16',
    adapter: './edgevec-engine',
    packages: [],
    expected: { buildSeconds: 30, searchSeconds: 3 },
  },
  'edgevec-int8': {
    slug: 'edgevec-int8',
    adapter: './edgevec-engine',
    packages: [],
    expected: { buildSeconds: 30, searchSeconds: 3 },
  },
  'edgevec (api)': {
    slug: 'edgevec-api',
    adapter: './edgevec-api',
    packages: [],
    expected: { buildSeconds: 35, searchSeconds: 5 },
  },
  'hnswlib-wasm': {
    slug: 'hnswlib-wasm',
    adapter: '../peers/hnswlib-wasm',
    packages: ['hnswlib-wasm'],
    expected: { buildSeconds: 380, searchSeconds: 14 },
  },
  'edgevec-0.9': {
    slug: 'edgevec-0.9',
    adapter: '../peers/edgevec-0.9',
    packages: ['edgevec-npm'],
    expected: { buildSeconds: 690, searchSeconds: 23 },
  },
  'PGlite + pgvector': {
    slug: 'pglite',
    adapter: '../peers/pglite',
    packages: ['@electric-sql/pglite', '@electric-sql/pglite-pgvector'],
    expected: { buildSeconds: 600, searchSeconds: 40 },
  },
  voy: {
    slug: 'voy',
    adapter: '../peers/voy',
    packages: ['voy-search'],
    efs: [10],
    exact: true,
    queries: 100,
    expected: { buildSeconds: 25, searchSeconds: 45 },
  },
  Orama: {
    slug: 'orama',
    adapter: '../peers/orama',
    packages: ['@orama/orama'],
    efs: [30, 40, 50, 60, 70, 80, 100],
    queries: 200,
    expected: { buildSeconds: 5, searchSeconds: 480 },
  },
  'JavaScript scan': {
    slug: 'javascript-scan',
    adapter: '../peers/javascript-scan',
    packages: [],
    efs: [10],
    exact: true,
    queries: 100,
    expected: { buildSeconds: 1, searchSeconds: 60 },
  },
};

const EDGEVEC_NATIVE = { buildSeconds: 25, searchSeconds: 2 };

export const NATIVE_SYSTEMS: Readonly<Record<string, NativeSystem>> = {
  'edgevec (native)': {
    slug: 'native-edgevec',
    run: { tool: 'crate', precision: 'float32' },
    expected: EDGEVEC_NATIVE,
  },
  'edgevec-int16 (native)': {
    slug: 'native-edgevec-int16',
    run: { tool: 'crate', precision: 'int16' },
    expected: EDGEVEC_NATIVE,
  },
  'edgevec-int8 (native)': {
    slug: 'native-edgevec-int8',
    run: { tool: 'crate', precision: 'int8' },
    expected: EDGEVEC_NATIVE,
  },
  hnswlib: {
    slug: 'native-hnswlib',
    run: { tool: 'python', system: 'hnswlib', package: 'hnswlib' },
    expected: { buildSeconds: 60, searchSeconds: 3 },
  },
  'usearch f32': {
    slug: 'native-usearch-f32',
    run: { tool: 'python', system: 'usearch-f32', package: 'usearch' },
    expected: { buildSeconds: 125, searchSeconds: 7 },
  },
  'usearch bf16': {
    slug: 'native-usearch-bf16',
    run: { tool: 'python', system: 'usearch-bf16', package: 'usearch' },
    expected: { buildSeconds: 50, searchSeconds: 4 },
  },
  'usearch i8': {
    slug: 'native-usearch-i8',
    run: { tool: 'python', system: 'usearch-i8', package: 'usearch' },
    expected: { buildSeconds: 40, searchSeconds: 8 },
  },
  'faiss HNSWFlat': {
    slug: 'native-faiss-flat',
    run: { tool: 'python', system: 'faiss-flat', package: 'faiss-cpu' },
    expected: { buildSeconds: 60, searchSeconds: 3 },
  },
  'faiss HNSWSQ8, refined': {
    slug: 'native-faiss-sq8',
    run: { tool: 'python', system: 'faiss-sq8', package: 'faiss-cpu' },
    // Twenty candidates are refined, so a smaller ef would be raised to 20.
    efs: [20, 30, 40, 60, 80, 120, 200, 300, 500, 800],
    expected: { buildSeconds: 55, searchSeconds: 3 },
  },
};
