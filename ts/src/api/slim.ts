// The class of `edgevec/slim`: the caller brings the engine.

import type { ImportOptions, LoadOptions, OpenOptions, SalvageOptions } from '../base/options.js';
import { givenEngine, type WasmSource } from '../engine/given.js';
import type { EdgeVec as Database } from './edgevec.js';
import { type EdgeVecClass, edgeVecClass } from './edgevec-class.js';

/** The engine, from the caller. */
export interface WasmOption {
  /**
   * The package's `edgevec.wasm`: compiled, as bytes, as a `Response` or a promise of one, or where to fetch it. Or its
   * `edgevec-relaxed.wasm`, with the same answers sooner, where there is relaxed SIMD: Chrome from 114, Firefox from 146.
   */
  readonly wasm: WasmSource;
}

/** What `open` of `edgevec/slim` takes. */
export interface SlimOpenOptions extends OpenOptions, WasmOption {}

/** What `load` of `edgevec/slim` takes. */
export type SlimLoadOptions = LoadOptions & WasmOption;

/** What `import` of `edgevec/slim` takes. */
export type SlimImportOptions = ImportOptions & WasmOption;

/** What `salvage` of `edgevec/slim` takes. */
export type SlimSalvageOptions = SalvageOptions & WasmOption;

const KEYS = { wasm: true } satisfies Record<keyof WasmOption, true>;

/**
 * A vector database on this device, with the engine from the caller: each call that opens a database takes `wasm` beside its
 * options. It runs in Chrome and Edge from 98, Firefox from 94, Safari from 16.4 and Node from 20.19.
 *
 * @example
 * import wasm from 'edgevec/edgevec.wasm?url';
 * const db = await EdgeVec.open({ dimensions: 384, wasm });
 */
export const EdgeVec: EdgeVecClass<WasmOption> = /* @__PURE__ */ edgeVecClass(({ wasm }) => givenEngine(wasm), KEYS);

/** A vector database on this device. `M` is the type of the metadata stored with each row. */
export type EdgeVec<M extends object = Record<string, unknown>> = Database<M>;
