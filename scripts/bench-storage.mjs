/**
 * `npm run bench:storage`: measures storing a database and opening a stored database.
 * `npm run bench:storage -- --help` lists the options.
 */
import { runBench } from './bench.mjs';
import { launchBrowser } from './browsers.mjs';
import { main } from './run.mjs';

await main(() => runBench('ts/bench/node/storage.ts', (name, profile) => launchBrowser(name, { profile })));
