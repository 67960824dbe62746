/** Gives a task to a worker of its own. The worker ends with the task, and so frees its memory. */
import type { Job } from '../job';
import type { Latencies } from '../measure/latencies';

function ask<T>(task: object): Promise<T> {
  const worker = new Worker(new URL('./own-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<T>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent) => {
      if ('error' in data) reject(new Error(data.error));
      else resolve(data.result);
    };
    worker.onerror = (event) => reject(new Error(event.message || 'The worker did not start.'));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

export const truthOf = (job: Job): Promise<Int32Array> => ask({ task: 'truth', job });

/** The latencies of the engine, called in its own worker. */
export const engineLatencies = (job: Job, truth: Int32Array): Promise<Latencies[]> =>
  ask({ task: 'latencies', job, truth });
