/** `npm run bench`: sets up what is needed, builds the engine, and runs ts/bench. `npm run bench -- --help` lists the options. */
import { join } from 'node:path';
import { launchBrowser } from './browsers.mjs';
import { main, root, rust, Stop, step } from './run.mjs';
import { setup } from './setup.mjs';

/** The benchmark is TypeScript; vite is there to run it once the set-up is through. */
async function loadBench() {
  const { runnerImport } = await import('vite');
  const entry = join(root, 'ts/bench/node/main.ts');
  /** @type {{ module: typeof import('../ts/bench/node/main.js') }} */
  const { module } = await runnerImport(entry, { root, configFile: false, logLevel: 'error' });
  return module;
}

/** What ts/bench throws is a sentence for the user; anything else is a mistake of ours and keeps its stack. @param {unknown} error */
const stopWith = (error) => (error instanceof Error && error.constructor === Error ? new Stop(error.message) : error);

await main(async () => {
  await setup({ rust: false });
  const { parseOptions, run, USAGE } = await loadBench();
  const args = process.argv.slice(2);
  let options;
  try {
    options = parseOptions(args);
  } catch (error) {
    throw new Stop(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
  if (options === null) return console.log(USAGE);

  const { missing } = await setup({ browsers: [options.browser] });
  for (const { name, reason } of missing) throw new Stop(`The benchmark cannot run in ${name}: ${reason}.`);
  const { ok } = await step('Engine to WebAssembly', 'cargo', ['xtask', 'wasm'], { cwd: rust });
  if (!ok) throw new Stop('The engine was not built: the output of cargo is above.');
  const outcome = await run(options, args, root, launchBrowser).catch((error) => {
    throw stopWith(error);
  });
  if (!outcome.ok) throw new Stop(outcome.reason);
});
