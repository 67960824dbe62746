/**
 * `npm run bench:thread`: measures the longest task of the page's thread during writes and saving.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/thread.ts'));
