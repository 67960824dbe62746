/**
 * `npm run bench:filters`: measures filtered searches against exact filtered neighbours.
 * `npm run bench:filters -- --help` lists the options.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/filters/main.ts'));
