// Public exports of `edgevec`.

export type { Salvage } from './api/edgevec-class.js';
export type { ImportSource } from './api/import-source.js';
export { EdgeVec } from './api/inline.js';
export { vectorsOf } from './api/vector/vectors-of.js';
export { EdgeVecConfig, init as default } from './api/wrong-entry.js';
export type * from './base/embed.js';
export { EdgeVecError, type EdgeVecErrorCode, type EdgeVecErrorDetails } from './base/errors.js';
export type * from './base/filter-types.js';
export type * from './base/live.js';
export type {
  Bm25Options,
  DimensionsOrName,
  FieldNames,
  ImportOptions,
  ListOptions,
  LoadOptions,
  OpenOptions,
  SalvageOptions,
  SiteOptions,
  StoredDatabase,
  TextFields,
  TextOptions,
} from './base/options.js';
export type * from './base/queries.js';
export type * from './base/records.js';
export type * from './base/searches.js';
export type { Language, NamedTokenizer, Token, Tokenize, TokenizeContext, Tokenizer } from './base/tokenize.js';
export type * from './base/types.js';
export type { SalvageLoss, SalvagePart, SalvageReport } from './database/salvage/report.js';
