// Names of `edgevec/sync` that people import from another entry, as articles about EdgeVec have the
// names. Each export throws when somebody uses it, and tells the right entry.

import { EdgeVecError } from '../base/errors.js';

/** A function and not an arrow function, since people also call it with `new`. */
function wrongEntry(): never {
  throw new EdgeVecError('WRONG_ENTRY', 'init() and EdgeVecConfig are not in this entry', {
    remedy: "Import both, and EdgeVec, from 'edgevec/sync', or use await EdgeVec.open({ dimensions }).",
  });
}

/**
 * @deprecated `EdgeVecConfig` is in `edgevec/sync`: `import init, { EdgeVec, EdgeVecConfig } from
 * 'edgevec/sync'`. Here, use `await EdgeVec.open({ dimensions })`.
 */
export const EdgeVecConfig: never = wrongEntry as never;

/**
 * @deprecated `init` is in `edgevec/sync`: `import init, { EdgeVec, EdgeVecConfig } from
 * 'edgevec/sync'`. Here, nothing is to be initialized: use `await EdgeVec.open({ dimensions })`.
 */
export const init: never = wrongEntry as never;
