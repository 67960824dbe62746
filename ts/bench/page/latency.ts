/** Measures P50, P99 and P999 of searches: of the engine alone, and of the public API. */
import type { Job } from '../job';
import { type Latencies, latenciesOf } from '../measure/latencies';
import type { LatencyMeasured } from '../node/latency';
import { open, openInThread } from '../systems/edgevec-api';
import { engineLatencies, truthOf } from './own';

/** Long enough for a core of a virtual machine to fall asleep. */
const PAUSE_MS = 10;

async function measureLatency(job: Job): Promise<LatencyMeasured[]> {
  const truth = await truthOf(job);
  const engine = await engineLatencies(job, truth);
  const api = await latenciesOf({ open }, job, truth, [0, PAUSE_MS]);
  const inThread = await latenciesOf({ open: openInThread }, job, truth, [0]);
  const named = (system: string, all: readonly Latencies[]) => all.map((latencies) => ({ system, ...latencies }));
  return [
    ...named('the engine alone, in a worker', engine),
    ...named('public API, database in a worker', api),
    ...named("public API, database in the page's thread", inThread),
  ];
}

Object.assign(globalThis, { measureLatency });
