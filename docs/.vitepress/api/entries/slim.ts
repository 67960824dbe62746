/**
 * The same database, with the `.wasm` file from you: `import { EdgeVec } from 'edgevec/slim'`.
 *
 * @module edgevec/slim
 */

export * from '../../../../ts/src/slim.js';
export { default } from '../../../../ts/src/slim.js';
