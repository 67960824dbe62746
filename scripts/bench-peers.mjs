/**
 * `npm run bench:peers`: like `npm run bench`, with all systems, in the browser and natively, from
 * ts/bench/node/compare.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/compare/main.ts'));
