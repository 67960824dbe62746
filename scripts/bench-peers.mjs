/** `npm run bench:peers`: as `npm run bench`, but with all systems, in the browser and natively, in ts/bench/node/compare. */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/compare/main.ts'));
