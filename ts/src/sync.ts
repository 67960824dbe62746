// Public exports of `edgevec/sync`.

export { vectorsOf } from './api/vector/vectors-of.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './base/errors.js';
export type * from './base/filter-types.js';
export type { EdgeVecEvent, MemoryParts, Metric, Precision, TensorInput, VectorInput } from './base/types.js';
export type { WasmSource } from './engine/given.js';
export { EdgeVecConfig } from './sync/config.js';
export { EdgeVec } from './sync/edgevec.js';
export { type InitSource, init as default } from './sync/init.js';
export type * from './sync/types.js';
