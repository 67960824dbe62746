/**
 * `npm run bench:text`: measures text search on the passages of books, beside MiniSearch.
 * `npm run bench:text -- --help` lists the options.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/text.ts'));
