/** Which adapter a name stands for, and where it runs. Adapters load on demand, so that a run loads only what it measures. */
import type { SystemName } from '../job';
import type { SystemModule } from './system';

interface Entry {
  /** `worker`: everything in one worker, no messages while searching. `page`: called from the page's own thread, as an app does. */
  readonly runsIn: 'worker' | 'page';
  readonly load: () => Promise<SystemModule>;
}

export const systems: Readonly<Record<SystemName, Entry>> = {
  edgevec: { runsIn: 'worker', load: () => import('./edgevec-engine') },
  'edgevec (api)': { runsIn: 'page', load: () => import('./edgevec-api') },
  'hnswlib-wasm': { runsIn: 'worker', load: () => import('../peers/hnswlib-wasm') },
  'edgevec-0.9': { runsIn: 'worker', load: () => import('../peers/edgevec-0.9') },
};
