// Public exports of `edgevec` in Cloudflare Workers (the condition "workerd"). The platform
// compiles no bytes at run time, but takes a .wasm file that a module imports.

import { type EdgeVecClass, edgeVecClass } from './api/edgevec-class.js';
import wasm from './edgevec.wasm';
import textWasm from './edgevec-text.wasm';
import { givenEngine, givenTextEngine } from './engine/given.js';

export const EdgeVec: EdgeVecClass<Record<never, never>> = /* @__PURE__ */ edgeVecClass(
  () => givenEngine(wasm),
  () => givenTextEngine(textWasm),
  {},
);

export { vectorsOf } from './api/vector/vectors-of.js';
export { EdgeVecConfig, init as default } from './api/wrong-entry.js';
export { EdgeVecError } from './base/errors.js';
