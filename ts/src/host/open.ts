// Which host a database gets.

import type { EngineModule } from '../engine/load.js';
import { EdgeVecError } from '../errors.js';
import type { ResolvedOptions } from '../options.js';
import type { Host } from './host.js';
import { InThreadHost } from './in-thread.js';
import { WorkerHost } from './worker/client.js';
import { canStartWorker } from './worker/start.js';

/** Opens the database where `options.worker` says; `'auto'` falls back to this thread and tells `onEvent`. */
export async function openHost(engine: EngineModule, options: ResolvedOptions): Promise<Host> {
  if (options.worker === false || (options.worker === 'auto' && !canStartWorker())) {
    return InThreadHost.open(engine, options);
  }
  try {
    return await WorkerHost.open(engine, options);
  } catch (error) {
    const startFailed = error instanceof EdgeVecError && error.code === 'WORKER_FAILED';
    if (options.worker !== 'auto' || !startFailed) throw error;
    options.onEvent({ type: 'worker-unavailable', error });
    return InThreadHost.open(engine, options);
  }
}
