/**
 * `npm run bench:sparse`: measures the cost of sparse vectors for writes, memory, openings and
 * searches.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/sparse.ts'));
