// Public exports of `edgevec`.

export { EdgeVec } from './edgevec-inline.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './errors.js';
export type { ImportOptions, LoadOptions, New, OpenOptions, SiteOptions } from './options.js';
export type { ImportSource } from './portable/source.js';
export type * from './types.js';
