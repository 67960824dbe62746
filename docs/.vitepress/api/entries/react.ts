/**
 * Hooks for React: `import { useEdgeVec } from 'edgevec/react'`.
 *
 * @module edgevec/react
 */

export * from '../../../../ts/src/integrations/react/index.js';
