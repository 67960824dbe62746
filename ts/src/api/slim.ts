// The class of `edgevec/slim`: the caller brings the engine.

import type { ImportOptions, LoadOptions, OpenOptions, SalvageOptions } from '../base/options.js';
import { givenEngine, givenTextEngine, type WasmSource } from '../engine/given.js';
import type { EdgeVec as Database } from './edgevec.js';
import { type EdgeVecClass, edgeVecClass } from './edgevec-class.js';

/** The options by which the caller gives the engines. */
export interface WasmOption {
  /**
   * The package's `edgevec.wasm`: compiled, as bytes, as a `Response`, as a promise of a
   * `Response`, or as the address of the file. Or `edgevec-relaxed.wasm`, if the platform has
   * relaxed SIMD (Chrome from 114, Firefox from 146): the answers are the same, and come sooner.
   */
  readonly wasm: WasmSource;
  /**
   * The package's `edgevec-text.wasm`, in the same forms. Needed only with the option `text` or
   * `sparse`.
   */
  readonly textWasm?: WasmSource;
}

/** Options of `open` of `edgevec/slim`. */
export interface SlimOpenOptions extends OpenOptions, WasmOption {}

/** Options of `load` of `edgevec/slim`. */
export type SlimLoadOptions = LoadOptions & WasmOption;

/** Options of `import` of `edgevec/slim`. */
export type SlimImportOptions = ImportOptions & WasmOption;

/** Options of `salvage` of `edgevec/slim`. */
export type SlimSalvageOptions = SalvageOptions & WasmOption;

const KEYS = { wasm: true, textWasm: true } satisfies Record<keyof WasmOption, true>;

/**
 * A vector database on this device, with the engine from the caller: each call that opens a
 * database takes `wasm` in its options. Runs in Chrome and Edge from 98, Firefox from 94, Safari
 * from 16.4 and Node from 20.19.
 *
 * @example
 * import wasm from 'edgevec/edgevec.wasm?url';
 * const db = await EdgeVec.open({ dimensions: 384, wasm });
 */
export const EdgeVec: EdgeVecClass<WasmOption> = /* @__PURE__ */ edgeVecClass(
  ({ wasm }) => givenEngine(wasm),
  ({ textWasm }) => givenTextEngine(textWasm),
  KEYS,
);

/** A vector database on this device. `M` is the type of the metadata stored with each row. */
export type EdgeVec<M extends object = Record<string, unknown>> = Database<M>;
