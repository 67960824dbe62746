// The wasm boundary as this layer sees it. The generated `bindings.d.ts` is checked against it in load.ts; having it by hand
// keeps generated types out of the published declarations.

import type { EngineStats } from '../messages.js';
import type { EngineOptions } from '../options.js';

/** Must equal the engine's `abiVersion()`: bumped whenever a function below changes its meaning. */
export const ABI_VERSION = 2;

/** What the engine's constructor throws. */
export interface EngineFault {
  readonly option: string;
  readonly least: number;
  readonly most: number;
  readonly got: number;
}

/** Pointers are byte offsets into the instance's memory; `rows`, `budget`, `k` and `slot` are u32. */
export interface RawEngine {
  free(): void;
  stage(rows: number): number;
  commit(): number;
  slots(): number;
  faultRow(): number;
  link(budget: number): number;
  publish(slot: number): boolean;
  remove(slot: number): boolean;
  query(): number;
  search(k: number, ef: number, mode: number): number;
  efFor(k: number, recall: number): number;
  calibrate(budget: number): number;
  hitSlots(): number;
  hitDistances(): number;
  row(slot: number): number;
  tombstones(): number;
  compact(budget: number): number;
  stats(): EngineStats;
}

/** One wasm instance with its own memory. */
export interface Bindings {
  readonly Engine: new (options: EngineOptions) => RawEngine;
  readonly abiVersion: () => number;
  readonly init: (source: { module_or_path: WebAssembly.Module }) => Promise<{ readonly memory: WebAssembly.Memory }>;
}

/** Status of `commit`; `search` returns it negated. */
export const STATUS = { ok: 0, notFinite: 1, zeroVector: 2, tooLarge: 3, outOfMemory: 4 } as const;

/** Mode of `search`. */
export const MODE = { auto: 0, exact: 1 } as const;
