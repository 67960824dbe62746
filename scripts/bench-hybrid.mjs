/** `npm run bench:hybrid`: measures how well searches by vector, by words and by both rank. */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/hybrid/main.ts'));
