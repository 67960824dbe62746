// Public exports of `edgevec/slim`.

export {
  EdgeVec,
  type Salvage,
  type SlimImportOptions,
  type SlimLoadOptions,
  type SlimOpenOptions,
  type SlimSalvageOptions,
} from './api/edgevec-slim.js';
export type { ImportSource } from './api/import-source.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './base/errors.js';
export type { ImportOptions, LoadOptions, New, OpenOptions, SalvageOptions, SiteOptions } from './base/options.js';
export type * from './base/types.js';
export type { SalvageLoss, SalvagePart, SalvageReport } from './database/salvage/report.js';
export type { WasmSource } from './engine/given.js';
