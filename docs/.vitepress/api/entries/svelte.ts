/**
 * Stores for Svelte: `import { openEdgeVec } from 'edgevec/svelte'`.
 *
 * @module edgevec/svelte
 */

export * from '../../../../ts/src/integrations/svelte/index.js';
