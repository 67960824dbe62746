// The class of `edgevec/slim`: the caller brings the engine.

import { type Connection, connect } from './connection.js';
import { EdgeVecBase } from './edgevec.js';
import { givenEngine, type WasmSource } from './engine/given.js';
import { type OpenOptions, resolveOpen } from './options.js';

/** What `open` of `edgevec/slim` takes. */
export interface SlimOpenOptions extends OpenOptions {
  /** The package's `edgevec.wasm`: compiled, as bytes, as a `Response` or a promise of one, or where to fetch it. */
  readonly wasm: WasmSource;
}

/**
 * A vector database on this device, with the engine from the caller. See {@link EdgeVecBase} for its methods.
 *
 * @example
 * import wasm from 'edgevec/edgevec.wasm?url';
 * const db = await EdgeVec.open({ dimensions: 384, wasm });
 */
export class EdgeVec<M extends object = Record<string, unknown>> extends EdgeVecBase<M> {
  protected constructor(connection: Connection) {
    super(connection);
  }

  /**
   * Opens a database in memory.
   *
   * @throws `INVALID_OPTIONS`, `UNSUPPORTED`, `ENGINE_LOAD_FAILED`, `WORKER_FAILED`, `OUT_OF_MEMORY`.
   */
  static async open<M extends object = Record<string, unknown>>(options: SlimOpenOptions): Promise<EdgeVec<M>> {
    const resolved = resolveOpen(options, ['wasm']);
    return new EdgeVec<M>(await connect(await givenEngine(options.wasm), resolved));
  }
}
