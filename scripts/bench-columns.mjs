/**
 * `npm run bench:columns`: measures how long columns take to make, clauses to evaluate, and the
 * first filtered search after opening a stored database.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/columns.ts'));
