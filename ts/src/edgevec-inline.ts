// The class of the default entry: it carries the engine inline.

import { type Connection, connect } from './connection.js';
import { EdgeVecBase } from './edgevec.js';
import { inlineEngine } from './engine/inline.js';
import { type OpenOptions, resolveOpen } from './options.js';

/**
 * A vector database on this device. See {@link EdgeVecBase} for its methods.
 *
 * @example
 * const db = await EdgeVec.open<{ title: string }>({ dimensions: 384 });
 * await db.upsert({ id: 'a', vector, metadata: { title: 'A' } });
 * const hits = await db.search(query, { k: 10 });
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
  static async open<M extends object = Record<string, unknown>>(options: OpenOptions): Promise<EdgeVec<M>> {
    const resolved = resolveOpen(options);
    return new EdgeVec<M>(await connect(await inlineEngine(), resolved));
  }
}
