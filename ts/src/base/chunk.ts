// Parts of EdgeVec that are loaded when first needed. A bundler makes a chunk of each part.

import { loadFailed } from './errors.js';

/**
 * Loads a chunk.
 *
 * @param what the chunk carries
 * @throws `ENGINE_LOAD_FAILED`
 */
export async function chunk<T>(what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw loadFailed(
      `The chunk that carries ${what} could not be loaded`,
      cause,
      isServiceWorker()
        ? "Service workers have no import(): import from 'edgevec/inline', which is a single file."
        : 'Check that the files your bundler wrote are all served, and from one build.',
    );
  }
}

function isServiceWorker(): boolean {
  const { ServiceWorkerGlobalScope: Scope } = globalThis as { ServiceWorkerGlobalScope?: unknown };
  return typeof Scope === 'function' && globalThis instanceof Scope;
}
