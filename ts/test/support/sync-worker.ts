// A worker of an application that holds a synchronous index.

import { EdgeVec, type EdgeVecError } from '../../src/sync.js';
import { quickStart } from './sync-quick-start.js';

interface Order {
  /** Runs the quick start, and keeps the stored index. */
  readonly start?: string;
  /** Saves the index under this name. The answer is the code of the error, if any. */
  readonly save?: string;
  /** The ids of the nearest rows of a stored index. */
  readonly load?: string;
}

let index: EdgeVec | undefined;

async function answer({ start, save, load }: Order): Promise<unknown> {
  if (start !== undefined) {
    const found = await quickStart(start, {});
    index = await EdgeVec.load(start);
    return found;
  }
  if (save !== undefined) return index?.save(save).catch((error: EdgeVecError) => error.code);
  const loaded = await EdgeVec.load(load as string);
  return loaded
    .search(new Float32Array(128).fill(0.1), 10)
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  self.postMessage(await answer(data));
};
