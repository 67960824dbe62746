/**
 * The worker of a page that measures EdgeVec alone: computes the exact neighbours, or measures the
 * engine. The worker of `npm run bench` would bundle every other system too.
 */
/// <reference lib="webworker" />
import type { Job } from '../job';
import { findTruth } from '../measure/find-truth';
import { type Latencies, latenciesOf } from '../measure/latencies';
import { open } from '../systems/edgevec-engine';

type Task =
  | { readonly task: 'truth'; readonly job: Job }
  | { readonly task: 'latencies'; readonly job: Job; readonly truth: Int32Array };

type Answer = { readonly result: Int32Array | Latencies[] } | { readonly error: string };

const answer = (message: Answer): void => postMessage(message);

self.onmessage = async ({ data }: MessageEvent<Task>) => {
  try {
    const { job } = data;
    const result =
      data.task === 'truth' ? await findTruth(job.dataset, job.k) : await latenciesOf({ open }, job, data.truth, [0]);
    answer({ result });
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
  }
};
