/** `npm run bench:tabs`: measures the calls of two tabs that write the same database at once. */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/tabs.ts'));
