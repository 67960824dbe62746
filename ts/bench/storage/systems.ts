/**
 * The adapter of each name. Adapters load on demand, so that a run loads only the measured systems.
 */
import type { StoredSystemName } from './job';
import type { StoredSystemModule } from './system';

export const systems: Readonly<Record<StoredSystemName, () => Promise<StoredSystemModule>>> = {
  edgevec: () => import('./edgevec'),
  'edgevec-0.9': () => import('../peers/edgevec-0.9-stored'),
  'PGlite + pgvector': () => import('../peers/pglite-stored'),
};
