/** The longest task of the page's thread while rows are written and saved: sets up what is needed, builds the engine, and runs ts/bench. */
import { runBench } from './bench.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/thread.ts'));
