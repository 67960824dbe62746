/**
 * The worker of a task: computes the exact neighbours, or measures a system from the start to the
 * last point. The page ends the worker, and so frees its memory.
 */
/// <reference lib="webworker" />
import type { Job, Measured, Progress, SystemName } from '../job';
import { findTruth } from '../measure/find-truth';
import { runSystem } from '../measure/run';
import { systems } from '../systems/registry';

export type Task =
  | { readonly task: 'truth'; readonly job: Job }
  | { readonly task: 'system'; readonly job: Job; readonly system: SystemName; readonly truth: Int32Array }
  /** The answer to `ask: 'heap'`. */
  | { readonly task: 'heap'; readonly bytes: number | null };

export type Answer =
  | { readonly progress: Progress }
  | { readonly ask: 'heap' }
  | { readonly truth: Int32Array }
  | { readonly measured: Measured }
  | { readonly error: string };

const answer = (message: Answer): void => postMessage(message);

let onHeap: (bytes: number | null) => void = () => {};

/** Asks the page, since only the page may ask the browser. */
function heapBytes(): Promise<number | null> {
  return new Promise((resolve) => {
    onHeap = resolve;
    answer({ ask: 'heap' });
  });
}

self.onmessage = async ({ data }: MessageEvent<Task>) => {
  try {
    if (data.task === 'truth') answer({ truth: await truthOf(data.job) });
    else if (data.task === 'heap') onHeap(data.bytes);
    else {
      const { load, precision, onHeap } = systems[data.system];
      const options = { ...(precision && { precision }), ...(onHeap && { heapBytes }) };
      const module = await load();
      answer({ measured: await runSystem(module, data.job, data.truth, (progress) => answer({ progress }), options) });
    }
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
  }
};

function truthOf({ dataset, k }: Job): Promise<Int32Array> {
  let told = performance.now();
  return findTruth(dataset, k, (done) => {
    if (performance.now() - told < 1000) return;
    told = performance.now();
    answer({ progress: { type: 'truth', done, total: dataset.queries } });
  });
}
