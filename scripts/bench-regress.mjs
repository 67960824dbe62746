/**
 * `npm run bench:regress -- --base REF`: compares the working tree with a commit, in one session of
 * a browser. The command fails if the working tree is slower.
 * `npm run bench:regress -- --help` lists the options.
 */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/regress/main.ts'));
