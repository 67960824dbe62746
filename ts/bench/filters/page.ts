/**
 * The page of the benchmark of filters. The command calls `measureFilters`, in a new page for each
 * system.
 */
import type { FilterJob, Measured } from './job';
import { measureSystem } from './measure';
import { systems } from './systems';
import type { Answer } from './worker';

/** The command shows these lines. */
const tell = (line: string): void => console.info(line);

async function measureFilters(job: FilterJob): Promise<Measured> {
  const { runsIn, load } = systems[job.system];
  return runsIn === 'worker' ? inWorker(job) : measureSystem(await load(), job, tell);
}

function inWorker(job: FilterJob): Promise<Measured> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Measured>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('line' in data) tell(data.line);
      else if ('error' in data) reject(new Error(data.error));
      else resolve(data.measured);
    };
    worker.onerror = (event) => reject(new Error(event.message || 'The worker did not start.'));
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}

Object.assign(globalThis, { measureFilters });
