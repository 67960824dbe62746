/** `npm run bench:columns`: measures how long columns take to make, and clauses to evaluate. */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/columns.ts'));
