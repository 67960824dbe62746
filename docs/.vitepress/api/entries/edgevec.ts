/**
 * The database: `import { EdgeVec } from 'edgevec'`. {@link Openers} has the calls that open a
 * database, and {@link EdgeVec} has the calls of an open database.
 *
 * @module edgevec
 */

// An entry exports the class as a value and a type. The reference shows the class itself.
export { EdgeVec } from '../../../../ts/src/api/edgevec.js';
export type { EdgeVecClass, Openers } from '../../../../ts/src/api/edgevec-class.js';
export * from '../../../../ts/src/index.js';
export { default } from '../../../../ts/src/index.js';
