// Public exports of `edgevec`.

export { EdgeVec, type Salvage } from './edgevec-inline.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './errors.js';
export type { ImportOptions, LoadOptions, New, OpenOptions, SalvageOptions, SiteOptions } from './options.js';
export type { ImportSource } from './portable/source.js';
export type { SalvageLoss, SalvagePart, SalvageReport } from './salvage/report.js';
export type * from './types.js';
