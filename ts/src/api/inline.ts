// The class of the default entry: it carries the engine inline.

import { inlineEngine, inlineTextEngine } from '../engine/inline.js';
import type { EdgeVec as Database } from './edgevec.js';
import { type EdgeVecClass, edgeVecClass } from './edgevec-class.js';

/**
 * A vector database on this device, for semantic search and RAG over embeddings, offline. Runs in
 * Chrome and Edge from 98, Firefox from 113, Safari from 16.4 and Node from 20.19.
 *
 * @example
 * const db = await EdgeVec.open<{ title: string }>({ dimensions: 384 });
 * await db.upsert({ id: 'a', vector, metadata: { title: 'A' } });
 * const hits = await db.search(query, { k: 10 });
 */
export const EdgeVec: EdgeVecClass<Record<never, never>> = /* @__PURE__ */ edgeVecClass(
  inlineEngine,
  inlineTextEngine,
  {},
);

/** A vector database on this device. `M` is the type of the metadata stored with each row. */
export type EdgeVec<M extends object = Record<string, unknown>> = Database<M>;
