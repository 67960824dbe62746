// Public exports of `edgevec`.

export { EdgeVec } from './edgevec-inline.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './errors.js';
export type { OpenOptions } from './options.js';
export type * from './types.js';
