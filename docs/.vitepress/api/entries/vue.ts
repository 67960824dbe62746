/**
 * Composables for Vue: `import { useEdgeVec } from 'edgevec/vue'`.
 *
 * @module edgevec/vue
 */

export * from '../../../../ts/src/integrations/vue/index.js';
