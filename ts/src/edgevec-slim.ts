// The class of `edgevec/slim`: the caller brings the engine.

import { connect } from './connection.js';
import { EdgeVecBase } from './edgevec.js';
import { givenEngine, type WasmSource } from './engine/given.js';
import { type OpenOptions, resolveOpen } from './options.js';

/** What `open` of `edgevec/slim` takes. */
export interface SlimOpenOptions extends OpenOptions {
  /**
   * The package's `edgevec.wasm`: compiled, as bytes, as a `Response` or a promise of one, or where to fetch it. Or its
   * `edgevec-relaxed.wasm`, with the same answers sooner, where there is relaxed SIMD: Chrome from 114, Firefox from 146.
   */
  readonly wasm: WasmSource;
}

/**
 * A vector database on this device, with the engine from the caller.
 *
 * @example
 * import wasm from 'edgevec/edgevec.wasm?url';
 * const db = await EdgeVec.open({ dimensions: 384, wasm });
 */
export class EdgeVec<M extends object = Record<string, unknown>> extends EdgeVecBase<M> {
  /**
   * Opens a database in memory. It runs in Chrome and Edge from 98, Firefox from 94, Safari from 16.4 and Node from 20.19.
   *
   * @throws `INVALID_OPTIONS`, `UNSUPPORTED`, `ENGINE_LOAD_FAILED`, `WORKER_FAILED`, `OUT_OF_MEMORY`.
   */
  static async open<M extends object = Record<string, unknown>>(options: SlimOpenOptions): Promise<EdgeVec<M>> {
    const resolved = resolveOpen(options, ['wasm']);
    return new EdgeVec<M>(await connect(await givenEngine(options.wasm), resolved));
  }
}
