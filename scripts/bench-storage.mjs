/** `npm run bench:storage`: what it takes to store a database, and to open it again. `npm run bench:storage -- --help` lists the options. */
import { runBench } from './bench.mjs';
import { launchBrowser } from './browsers.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/storage.ts', (name, profile) => launchBrowser(name, { profile })));
