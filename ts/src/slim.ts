// Public exports of `edgevec/slim`.

export { EdgeVec, type SlimOpenOptions } from './edgevec-slim.js';
export type { WasmSource } from './engine/given.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './errors.js';
export type { OpenOptions } from './options.js';
export type * from './types.js';
