// Public exports of `edgevec/slim`.

export {
  EdgeVec,
  type Salvage,
  type SlimImportOptions,
  type SlimLoadOptions,
  type SlimOpenOptions,
  type SlimSalvageOptions,
} from './edgevec-slim.js';
export type { WasmSource } from './engine/given.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './errors.js';
export type { ImportOptions, LoadOptions, New, OpenOptions, SalvageOptions, SiteOptions } from './options.js';
export type { ImportSource } from './portable/source.js';
export type { SalvageLoss, SalvagePart, SalvageReport } from './salvage/report.js';
export type * from './types.js';
