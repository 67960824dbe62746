// The wasm boundary, written by hand to keep generated types out of the published declarations.
// load.ts checks the generated `bindings.d.ts` against this file.

import type { EngineStats } from '../base/calls.js';
import type { EngineOptions } from '../base/options.js';

/**
 * Must equal the version that each engine tells. Raised whenever a function below changes its
 * meaning.
 */
export const ABI_VERSION = 18;

/** An error thrown by the engine's constructor. */
export interface EngineFault {
  readonly option: string;
  readonly least: number;
  readonly most: number;
  readonly got: number;
}

/**
 * Pointers are byte offsets into the instance's memory; `rows`, `budget`, `k` and `slot` are u32,
 * `section` is a number of docs/format.md.
 */
export interface RawEngine {
  free(): void;
  stage(rows: number): number;
  commit(): number;
  slots(): number;
  faultRow(): number;
  link(budget: number): number;
  unlinked(): number;
  postpone(count: number): void;
  postponed(): number;
  sketching(): number;
  publish(slot: number): boolean;
  remove(slot: number): boolean;
  efFor(k: number, recall: number): number;
  searcher(): RawSearcher;
  row(slot: number): number;
  tombstones(): number;
  freeSlots(): number;
  compact(budget: number, renews: boolean): number;
  stats(): RawStats;
  layOutHeader(): number;
  header(): number;
  chunks(section: number): number;
  chunkBytes(section: number, chunk: number): number;
  chunk(section: number, chunk: number): number;
  isDirty(section: number, chunk: number): boolean;
  setClean(section: number, chunk: number): void;
  isWhole(): boolean;
  missingChunk(slot: number): number;
  stageValues(values: number): number;
  loadChunk(chunk: number): number;
}

/** The counts of an index, without those of its searcher. */
export type RawStats = Omit<EngineStats, 'distances'>;

/** The buffers of the searches of one thread. `needed` holds 32-bit numbers of chunks. */
export interface RawSearcher {
  free(): void;
  query(): number;
  search(engine: RawEngine, k: number, ef: number, mode: number): number;
  allow(words: number): number;
  searchAllowed(engine: RawEngine, k: number, ef: number, mode: number): number;
  strategy(): number;
  hitSlots(): number;
  hitDistances(): number;
  needed(): number;
  neededCount(): number;
  distances(): number;
}

/**
 * The words or the sparse vectors of rows. Staged bytes are lines of UTF-8, or indices and then
 * values (rust/edgevec-wasm/src/text.rs).
 */
export interface RawTexts {
  free(): void;
  stage(bytes: number): number;
  add(slot: number, order: number, bytes: number): number;
  addSparse(slot: number, order: number, pairs: number): number;
  remove(slot: number): boolean;
  merge(postings: number): number;
  allow(words: number): number;
  search(bytes: number, k: number, filtered: boolean): number;
  searchSparse(pairs: number, k: number, filtered: boolean): number;
  hitSlots(): number;
  hitScores(): number;
  layOutWords(): number;
  purge(postings: number): number;
  segments(): number;
  segment(place: number): number;
  parts(segment: number): number;
  layOutPart(segment: number, part: number): number;
  layOutHead(): number;
  layOutUnstored(): number;
  laidOut(): number;
  readHead(bytes: number): number;
  restore(segment: number, bytes: number): number;
  restoreLists(bytes: number): number;
  restoreStep(postings: number): number;
  memory(): number;
}

/**
 * An engine read back from a checkpoint: the header, `announce`, `begin`, every chunk except late
 * chunks of rows, `finish`.
 */
export interface RawRestore {
  free(): void;
  header(): number;
  announce(section: number, bytes: number): void;
  begin(): number;
  dimensions(): number;
  chunks(section: number): number;
  chunkBytes(section: number, chunk: number): number;
  chunk(section: number, chunk: number): number;
  /** Throws a status. */
  finish(): RawEngine;
  withoutGraph(): boolean;
}

/** An instance of the engine of vectors, with its own memory. */
export interface Bindings {
  readonly Engine: new (options: EngineOptions) => RawEngine;
  readonly EngineRestore: new (headerBytes: number) => RawRestore;
  readonly abiVersion: () => number;
  readonly init: (source: { module_or_path: WebAssembly.Module }) => Promise<{ readonly memory: WebAssembly.Memory }>;
  readonly initSync: (source: { module: WebAssembly.Module }) => { readonly memory: WebAssembly.Memory };
}

/** An instance of the engine of text search, with its own memory. */
export interface TextBindings {
  readonly Texts: new (k1: number, b: number, firstSegment: number) => RawTexts;
  readonly textAbiVersion: () => number;
  readonly init: Bindings['init'];
}

/** Status of `commit`, `loadChunk` and of a restore. `search` returns the negated status. */
export const STATUS = {
  ok: 0,
  notFinite: 1,
  zeroVector: 2,
  tooLarge: 3,
  outOfMemory: 4,
  damaged: 5,
  unsupportedFormat: 6,
  /** The needed rows have not been loaded yet. */
  partial: 7,
} as const;

/** Mode of `search`. */
export const MODE = { auto: 0, exact: 1 } as const;

/** Ways of a search, by the number that `strategy` returns. */
export const STRATEGIES = ['walk', 'scan', 'walk given up, scan'] as const;
