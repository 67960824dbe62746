// Chooses the host of a database.

import { chunk } from '../base/chunk.js';
import { hasCode } from '../base/errors.js';
import type { ResolvedOptions } from '../base/options.js';
import type { EngineModules } from '../engine/load.js';
import { isInFiles } from '../storage/site.js';
import type { Host } from './host.js';
import { openShared } from './shared.js';
import { WorkerHost } from './worker/client.js';
import { canStartWorker } from './worker/start.js';

/**
 * Opens the database in the host of `options.worker`, or joins the database that this page has open
 * with the same options. With `'auto'`, the function falls back to the caller's own thread, and
 * tells `onEvent`.
 */
export function openHost(
  engine: EngineModules,
  options: ResolvedOptions,
  source?: AsyncIterable<Uint8Array>,
): Promise<Host> {
  // An import must be the first to write under its name. A process that keeps files has no modules
  // that a development server replaces.
  if (source !== undefined || isInFiles(options.directory)) return openAlone(engine, options, source);
  return openShared(engine, options, (onEvent) => openAlone(engine, { ...options, onEvent }));
}

/** Whether the options ask for a database in the caller's own thread. */
export function isInThread({ worker, directory }: ResolvedOptions): boolean {
  // A worker has no access to files: its database could not be stored or saved in a directory.
  const suits = canStartWorker() && !isInFiles(directory);
  return worker === false || (worker === 'auto' && !suits);
}

async function openAlone(
  engine: EngineModules,
  options: ResolvedOptions,
  source?: AsyncIterable<Uint8Array>,
): Promise<Host> {
  if (isInThread(options)) return openInThread(engine, options, source);
  let taken = false;
  const noticed = source && {
    [Symbol.asyncIterator]() {
      taken = true;
      return source[Symbol.asyncIterator]();
    },
  };
  try {
    return await WorkerHost.open(engine, options, noticed);
  } catch (error) {
    const startFailed = hasCode(error, 'WORKER_FAILED');
    // If the worker has read from the source, the source cannot be read from its start again.
    if (options.worker !== 'auto' || !startFailed || taken) throw error;
    options.onEvent({ type: 'worker-unavailable', error });
    return openInThread(engine, options, source);
  }
}

/**
 * The script of the worker has the database too, so a page with a worker does not load the chunk.
 */
async function openInThread(
  engine: EngineModules,
  options: ResolvedOptions,
  source?: AsyncIterable<Uint8Array>,
): Promise<Host> {
  const { InThreadHost } = await chunk('the database', () => import('./in-thread.js'));
  return InThreadHost.open(engine, options, source);
}
