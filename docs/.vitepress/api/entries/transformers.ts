/**
 * Embeddings by transformers.js, in a worker: `import { embedder } from 'edgevec/transformers'`.
 *
 * @module edgevec/transformers
 */

export * from '../../../../ts/src/integrations/transformers/index.js';
