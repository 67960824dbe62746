// Public exports of `edgevec/inline`, and of `require('edgevec')` (common-js.ts). The build makes a
// single file without import(), for bundlers that cannot split a worker, service workers and pages
// without a bundler. The types are those of `edgevec`.

export { EdgeVec } from './api/portable.js';
export { vectorsOf } from './api/vector/vectors-of.js';
export { EdgeVecConfig, init as default } from './api/wrong-entry.js';
export { EdgeVecError } from './base/errors.js';
