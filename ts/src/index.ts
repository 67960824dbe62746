// Public exports of `edgevec`.

export { EdgeVec, type Salvage } from './api/edgevec-inline.js';
export type { ImportSource } from './api/import-source.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './base/errors.js';
export type { ImportOptions, LoadOptions, New, OpenOptions, SalvageOptions, SiteOptions } from './base/options.js';
export type * from './base/types.js';
export type { SalvageLoss, SalvagePart, SalvageReport } from './database/salvage/report.js';
