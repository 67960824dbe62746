// Public exports of `edgevec/langchain`: a vector store for LangChain.

export type { EdgeVecStoreConfig, GivenDatabase, OpenedDatabase } from './config.js';
export type { DocumentMetadata } from './documents.js';
export { type AddOptions, EdgeVecStore, type Which } from './store.js';
