/**
 * `npm run bench:kernels`: measures the nanoseconds of a distance for each kernel, natively and in
 * each browser, with rows in cache and with rows in memory. Prints the table, and writes
 * docs/benchmarks/kernels.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { BROWSERS, launchBrowser } from './browsers.mjs';
import { heading, main, root, rust, Stop, step } from './run.mjs';
import { setup } from './setup.mjs';

/** The same values as in rust/edgevec/benches/kernels.rs. */
const KERNELS = ['Dot', 'SquaredEuclidean', 'Codes'];
const DIMENSIONS = [128, 384, 768, 1536];
const PLACES = { cache: 16 << 10, memory: 256 << 20 };
const VARIANTS = ['relaxed-simd', 'simd128'];

/** @typedef {Map<string, number>} Nanos by kernel, dimensions and place */
const keyOf = (/** @type {(string | number)[]} */ ...parts) => parts.join(' ');

/**
 * Runs in the page. Measures five windows, each long enough for any browser's clock, and returns
 * the least nanoseconds of a distance.
 *
 * @param {string} variant
 * @param {number} kernel
 * @param {number} dimensions
 * @param {number} bytes
 */
async function measure(variant, kernel, dimensions, bytes) {
  const glue = '/bindings.js';
  const { createBindings } = await import(/* @vite-ignore */ glue);
  const bindings = createBindings();
  await bindings.init({ module_or_path: fetch(`/${variant}.wasm`) });
  const bench = new bindings.KernelBench(kernel, dimensions, bytes);
  let least = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < 5; repeat++) {
    const start = performance.now();
    let distances = 0;
    let elapsed = 0;
    while (elapsed < 50) {
      bench.run(1 << 15);
      distances += 1 << 15;
      elapsed = performance.now() - start;
    }
    least = Math.min(least, (elapsed * 1e6) / distances);
  }
  return least;
}

/** Serves the wasm and its glue on a page with a fine clock. */
async function serveKernels() {
  const { preview } = await import('vite');
  const outDir = join(rust, 'target/edgevec-wasm-bench');
  writeFileSync(join(outDir, 'index.html'), '<!doctype html><title>Kernels</title><link rel="icon" href="data:," />');
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
  const server = await preview({
    root: outDir,
    configFile: false,
    logLevel: 'error',
    build: { outDir },
    preview: { port: 4300, headers },
  });
  return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() };
}

/**
 * Opens a new page for each measurement, since some browsers do not free returned memory within a
 * page.
 *
 * @param {string} url
 * @param {import('./browsers.mjs').RunningBrowser} browser
 * @param {string} variant
 */
async function measureAll(url, browser, variant) {
  /** @type {Nanos} */
  const nanos = new Map();
  for (const [k, kernel] of KERNELS.entries())
    for (const dimensions of DIMENSIONS)
      for (const [place, bytes] of Object.entries(PLACES)) {
        const page = await browser.open(url);
        try {
          nanos.set(keyOf(kernel, dimensions, place), await page.evaluate(measure, variant, k, dimensions, bytes));
        } finally {
          await page.close();
        }
      }
  return nanos;
}

/**
 * @param {import('./browsers.mjs').BrowserName} name
 * @param {string} url
 * @param {Map<string, Nanos>} columns
 * @param {string[]} notRun
 */
async function inBrowser(name, url, columns, notRun) {
  const browser = await launchBrowser(name);
  try {
    for (const variant of VARIANTS) {
      const column = `${name} ${variant}`;
      try {
        columns.set(column, await measureAll(url, browser, variant));
        console.log(`${column}: done`);
      } catch (error) {
        notRun.push(`${column}: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
      }
    }
  } finally {
    await browser.close();
  }
}

/**
 * Reads the output of `cargo bench`, a column for each instruction set.
 *
 * @param {string} output
 * @param {Map<string, Nanos>} columns
 */
function readNative(output, columns) {
  for (const line of output.split('\n')) {
    const [kernel = '', isa, dimensions = '', place = '', nanos] = line.trim().split(/\s+/);
    if (!KERNELS.includes(kernel)) continue;
    const column = `native ${isa}`;
    columns.set(column, (columns.get(column) ?? new Map()).set(keyOf(kernel, dimensions, place), Number(nanos)));
  }
}

/** @param {Map<string, Nanos>} columns */
function tableOf(columns) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const lines = [
    line(['kernel', 'dimensions', 'rows in', ...columns.keys()]),
    line(['---', '---:', '---', ...[...columns].map(() => '---:')]),
  ];
  for (const kernel of KERNELS)
    for (const dimensions of DIMENSIONS)
      for (const place of Object.keys(PLACES)) {
        const cells = [...columns.values()].map((nanos) => {
          const value = nanos.get(keyOf(kernel, dimensions, place));
          return value === undefined ? '–' : `${value.toFixed(1)} (${((value / dimensions) * 1000).toFixed(0)})`;
        });
        lines.push(line([kernel, String(dimensions), place, ...cells]));
      }
  return lines.join('\n');
}

/** @param {string} table @param {string[]} notRun */
const report = (table, notRun) => `# The kernels by themselves

${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim()}, ${process.platform} ${process.arch}. Made by:

    npm run bench:kernels

Nanoseconds of one distance, and in brackets picoseconds of one component of it: one query against rows in random order, four at a time; the
least of five windows. \`Dot\` and \`SquaredEuclidean\` read full rows (four bytes a component), \`Codes\` the four-bit codes that the graph is
built and walked on. "cache": 16 KB of rows; "memory": 256 MB of them, where nothing but the four rows in flight hides the wait.

${table}
${notRun.map((line) => `\n- not run: ${line}`).join('')}
`;

await main(async () => {
  const { missing } = await setup({ browsers: BROWSERS });
  const notRun = missing.map(({ name, reason }) => `${name}: ${reason}`);
  /** @type {Map<string, Nanos>} */
  const columns = new Map();

  const native = await step('Native kernels', 'cargo', ['bench', '--package', 'edgevec', '--features', 'bench'], {
    cwd: rust,
  });
  if (!native.ok) throw new Stop('The native kernels were not measured: the output of cargo is above.');
  readNative(native.output, columns);

  const built = await step('Kernels to WebAssembly', 'cargo', ['xtask', 'wasm-bench'], { cwd: rust });
  if (!built.ok) throw new Stop('The kernels were not built: the output of cargo is above.');
  heading('Kernels in browsers');
  const server = await serveKernels();
  try {
    for (const name of BROWSERS) {
      if (missing.some((browser) => browser.name === name)) continue;
      await inBrowser(name, server.url, columns, notRun);
    }
  } finally {
    await server.close();
  }

  const table = tableOf(columns);
  console.log(`\n${table}`);
  for (const line of notRun) console.log(`NOT RUN: ${line}`);
  const file = join(root, 'docs/benchmarks/kernels.md');
  writeFileSync(file, report(table, notRun));
  console.log(`\nWrote ${file}`);
});
