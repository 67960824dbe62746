/**
 * A vector store for LangChain: `import { EdgeVecStore } from 'edgevec/langchain'`.
 *
 * @module edgevec/langchain
 */

export * from '../../../../ts/src/integrations/langchain/index.js';
