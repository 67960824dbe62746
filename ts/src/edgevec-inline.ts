// The class of the default entry: it carries the engine inline.

import { connect } from './connection.js';
import { EdgeVecBase } from './edgevec.js';
import { inlineEngine } from './engine/inline.js';
import { type OpenOptions, resolveOpen } from './options.js';

/**
 * A vector database on this device.
 *
 * @example
 * const db = await EdgeVec.open<{ title: string }>({ dimensions: 384 });
 * await db.upsert({ id: 'a', vector, metadata: { title: 'A' } });
 * const hits = await db.search(query, { k: 10 });
 */
export class EdgeVec<M extends object = Record<string, unknown>> extends EdgeVecBase<M> {
  /**
   * Opens a database in memory. It runs in Chrome and Edge from 98, Firefox from 113, Safari from 16.4 and Node from 20.19.
   *
   * @throws `INVALID_OPTIONS`, `UNSUPPORTED`, `ENGINE_LOAD_FAILED`, `WORKER_FAILED`, `OUT_OF_MEMORY`.
   */
  static async open<M extends object = Record<string, unknown>>(options: OpenOptions): Promise<EdgeVec<M>> {
    const resolved = resolveOpen(options);
    return new EdgeVec<M>(await connect(await inlineEngine(), resolved));
  }
}
