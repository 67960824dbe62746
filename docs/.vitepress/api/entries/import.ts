/**
 * Readers for files of numpy and Parquet: `import { readNpy } from 'edgevec/import'`.
 *
 * @module edgevec/import
 */

export * from '../../../../ts/src/integrations/import/index.js';
