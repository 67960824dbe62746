/**
 * `npm run bench:thread`: measures the longest task of the page's thread during writes and saving,
 * and the round trip of a search.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/thread.ts'));
