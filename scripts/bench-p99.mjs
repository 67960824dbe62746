/**
 * `npm run bench:p99`: measures P50, P99 and P999 of searches, through the API and of the engine.
 * `npm run bench:p99 -- --help` lists the options.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/latency.ts'));
