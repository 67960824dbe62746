/**
 * The adapter of each name, and the thread for the adapter. Adapters load on demand, so that a run
 * loads only the measured systems.
 */
import type { FilteredSystemName } from './job';
import type { FilteredSystemModule } from './system';

interface Entry {
  /** As in ts/bench/systems/registry.ts. */
  readonly runsIn: 'worker' | 'page';
  readonly load: () => Promise<FilteredSystemModule>;
}

export const systems: Readonly<Record<FilteredSystemName, Entry>> = {
  edgevec: { runsIn: 'worker', load: () => import('./edgevec-engine') },
  'edgevec (api)': { runsIn: 'page', load: () => import('./edgevec-api') },
  'edgevec-0.9': { runsIn: 'worker', load: () => import('../peers/edgevec-0.9-filtered') },
  'PGlite + pgvector': { runsIn: 'worker', load: () => import('../peers/pglite-filtered') },
};
