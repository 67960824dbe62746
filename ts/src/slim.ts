// Public exports of `edgevec/slim`.

export { EdgeVec, type SlimImportOptions, type SlimLoadOptions, type SlimOpenOptions } from './edgevec-slim.js';
export type { WasmSource } from './engine/given.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './errors.js';
export type { ImportOptions, LoadOptions, New, OpenOptions, SiteOptions } from './options.js';
export type { ImportSource } from './portable/source.js';
export type * from './types.js';
