/**
 * The page of a benchmark: takes the job from the server, runs each system in turn, and sends the
 * results to the server.
 */
import type { Job, Measured, PageEvent, SystemName } from '../job';
import { runSystem } from '../measure/run';
import { systems } from '../systems/registry';
import type { Answer, Task } from './worker';

async function tell(event: PageEvent): Promise<void> {
  await fetch('/event', { method: 'POST', body: JSON.stringify(event) });
}

function inWorker<T>(task: Task, pick: (answer: Answer) => T | undefined): Promise<T> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise<T>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('progress' in data) void tell({ type: 'progress', progress: data.progress });
      else if ('ask' in data)
        void workerHeap().then((bytes) => worker.postMessage({ task: 'heap', bytes } satisfies Task));
      else if ('error' in data) reject(new Error(data.error));
      else {
        const result = pick(data);
        if (result !== undefined) resolve(result);
      }
    };
    worker.onerror = (event) => reject(new Error(event.message || 'The worker did not start.'));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

interface MemoryBreakdown {
  readonly breakdown: readonly {
    readonly bytes: number;
    readonly attribution: readonly { readonly scope: string }[];
  }[];
}

/**
 * The JavaScript heap of this page's workers. Only Chromium tells the size, some ten seconds later,
 * after a garbage collection.
 */
async function workerHeap(): Promise<number | null> {
  if (!('measureUserAgentSpecificMemory' in performance)) return null;
  const asked = performance as unknown as { measureUserAgentSpecificMemory(): Promise<MemoryBreakdown> };
  const { breakdown } = await asked.measureUserAgentSpecificMemory().catch(() => ({ breakdown: null }));
  if (!breakdown) return null;
  const inWorkers = breakdown.filter(({ attribution }) => attribution.some(({ scope }) => /worker/i.test(scope)));
  return inWorkers.reduce((sum, { bytes }) => sum + bytes, 0);
}

function measure(system: SystemName, job: Job, truth: Int32Array): Promise<Measured> {
  const entry = systems[system];
  if (entry.runsIn === 'worker') {
    return inWorker({ task: 'system', job, system, truth }, (answer) =>
      'measured' in answer ? answer.measured : undefined,
    );
  }
  return entry
    .load()
    .then((module) => runSystem(module, job, truth, (progress) => tell({ type: 'progress', progress })));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Chromium hides its minor version in the user agent string, and tells the full version on request.
 */
async function fullVersion(): Promise<string | null> {
  if (!('userAgentData' in navigator)) return null;
  const { userAgentData } = navigator as { userAgentData: { getHighEntropyValues(hints: string[]): Promise<Hints> } };
  const { fullVersionList = [] } = await userAgentData.getHighEntropyValues(['fullVersionList']);
  return fullVersionList.find(({ brand }) => /chrom/i.test(brand))?.version ?? null;
}

interface Hints {
  readonly fullVersionList?: readonly { readonly brand: string; readonly version: string }[];
}

async function main(): Promise<void> {
  const { userAgent } = navigator;
  await tell({ type: 'hello', userAgent, fullVersion: await fullVersion(), isolated: crossOriginIsolated });
  setInterval(() => tell({ type: 'alive' }), 5000);
  const job: Job = await (await fetch('/job.json')).json();
  const start = performance.now();
  const truth = await inWorker({ task: 'truth', job }, (answer) => ('truth' in answer ? answer.truth : undefined));
  await tell({ type: 'truth-ready', seconds: (performance.now() - start) / 1000 });
  for (const system of job.systems) {
    await tell({ type: 'start', system });
    try {
      await tell({ type: 'measured', system, measured: await measure(system, job, truth) });
    } catch (error) {
      await tell({ type: 'failed', system, reason: reasonOf(error) });
    }
  }
}

main()
  .catch((error) => tell({ type: 'failed', system: null, reason: reasonOf(error) }))
  .finally(() => tell({ type: 'done' }));
