/**
 * A synchronous index for your own worker or Node: `import init, { EdgeVec } from 'edgevec/sync'`.
 *
 * @module edgevec/sync
 */

export * from '../../../../ts/src/sync.js';
export { default } from '../../../../ts/src/sync.js';
