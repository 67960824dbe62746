/**
 * The adapter of each name, and the thread for the adapter. Adapters load on demand, so that a run
 * loads only the measured systems.
 */
import type { SystemName } from '../job';
import type { Precision, SystemModule } from './system';

interface Entry {
  /**
   * `worker`: the whole run is in a worker, without messages during searches. `page`: the page's
   * own thread calls the system, as an app does.
   */
  readonly runsIn: 'worker' | 'page';
  readonly load: () => Promise<SystemModule>;
  readonly precision?: Precision;
  /** Whether the system holds rows on the JavaScript heap. The page must then measure the heap. */
  readonly onHeap?: boolean;
}

export const systems: Readonly<Record<SystemName, Entry>> = {
  edgevec: { runsIn: 'worker', load: () => import('./edgevec-engine'), precision: 'float32' },
  'edgevec-int16': { runsIn: 'worker', load: () => import('./edgevec-engine'), precision: 'int16' },
  'edgevec-int8': { runsIn: 'worker', load: () => import('./edgevec-engine'), precision: 'int8' },
  'edgevec (api)': { runsIn: 'page', load: () => import('./edgevec-api') },
  'hnswlib-wasm': { runsIn: 'worker', load: () => import('../peers/hnswlib-wasm') },
  'edgevec-0.9': { runsIn: 'worker', load: () => import('../peers/edgevec-0.9') },
  voy: { runsIn: 'worker', load: () => import('../peers/voy') },
  'PGlite + pgvector': { runsIn: 'worker', load: () => import('../peers/pglite'), onHeap: true },
  Orama: { runsIn: 'worker', load: () => import('../peers/orama'), onHeap: true },
  'JavaScript scan': { runsIn: 'worker', load: () => import('../peers/javascript-scan'), onHeap: true },
};
