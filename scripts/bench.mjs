/**
 * `npm run bench`: sets up the tools, builds the engine, and runs ts/bench.
 * `npm run bench -- --help` lists the options.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from './browsers.mjs';
import { main, root, rust, Stop, step } from './run.mjs';
import { setup } from './setup.mjs';

/** @typedef {import('./browsers.mjs').BrowserName} BrowserName */

/**
 * Loads a benchmark. A benchmark is TypeScript, so vite loads the module. vite is installed once
 * the set-up has run.
 *
 * @param {string} entry
 * @returns {Promise<{ parseOptions(args: string[]): { browser: BrowserName, browsers?: BrowserName[] } | null, run(options: any, args: string[], root: string, launch: (...args: any[]) => Promise<any>): Promise<{ ok: true } | { ok: false, reason: string }>, USAGE: string, }>}
 */
async function loadBench(entry) {
  const { runnerImport } = await import('vite');
  const { module } = await runnerImport(join(root, entry), { root, configFile: false, logLevel: 'error' });
  return /** @type {any} */ (module);
}

/**
 * A plain error of ts/bench is a sentence for the user. Any other error is a fault of the
 * benchmark, and keeps its stack.
 *
 * @param {unknown} error
 */
const stopWith = (error) => (error instanceof Error && error.constructor === Error ? new Stop(error.message) : error);

/**
 * @param {string} entry the module of the benchmark
 * @param {(...args: any[]) => Promise<any>} launch starts a browser
 */
export async function runBench(entry, launch = launchBrowser) {
  await setup({ rust: false });
  const { parseOptions, run, USAGE } = await loadBench(entry);
  const args = process.argv.slice(2);
  let options;
  try {
    options = parseOptions(args);
  } catch (error) {
    throw new Stop(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
  if (options === null) return console.log(USAGE);

  const { missing } = await setup({ browsers: options.browsers ?? [options.browser] });
  for (const { name, reason } of missing) throw new Stop(`The benchmark cannot run in ${name}: ${reason}.`);
  const { ok } = await step('Engine to WebAssembly', 'cargo', ['xtask', 'wasm'], { cwd: rust });
  if (!ok) throw new Stop('The engine was not built: the output of cargo is above.');
  const outcome = await run(options, args, root, launch).catch((error) => {
    throw stopWith(error);
  });
  if (!outcome.ok) throw new Stop(outcome.reason);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(() => runBench('ts/bench/node/main.ts'));
