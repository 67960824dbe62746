// The class of `edgevec/inline` and of CommonJS: a single file, with the build of the engine that
// runs everywhere.

import { inlineTextEngine, portableEngine } from '../engine/inline.js';
import { type EdgeVecClass, edgeVecClass } from './edgevec-class.js';

export const EdgeVec: EdgeVecClass<Record<never, never>> = /* @__PURE__ */ edgeVecClass(
  portableEngine,
  inlineTextEngine,
  {},
);
