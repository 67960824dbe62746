/**
 * `npm run bench:dictionary`: how well the dictionary of the demo answers definitions, and the
 * recall of its index. `npm run bench:dictionary -- --help` lists the options.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/dictionary.ts'));
