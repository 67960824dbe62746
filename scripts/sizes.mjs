/**
 * The sizes of the files that a user loads. Every build prints the sizes, and `npm run check`
 * limits the wasm, and what a page loads.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './run.mjs';

/**
 * The size of the larger build of the engine of vectors when this line was last edited, in bytes,
 * gzipped by Node. The limit is 2 % above.
 */
const WASM_BYTES = 93_800;
const WASM_LIMIT = WASM_BYTES * 1.02;

/** The same for everything that a page with a database in a worker loads, minified. */
const PAGE_BYTES = 184_300;
const PAGE_LIMIT = PAGE_BYTES * 1.02;

/** The chunks that such a page loads on demand: an engine, and the script of the worker. */
const ON_DEMAND = ['relaxed-simd', 'worker'];

const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} KB`;

const gzipped = (/** @type {string | Uint8Array} */ content) => gzipSync(content, { level: 9 }).length;

/**
 * The bytes that a page loads of the library in `dist`, as a bundler makes the page: the entry with
 * its static imports, and the chunks of `ON_DEMAND`.
 *
 * @param {string} dist
 * @returns {Promise<number>} gzipped
 */
async function pageBytes(dist) {
  // Only now, since a command of a fresh clone installs Vite first.
  const { build } = await import('vite');
  const { NODE_ENV } = process.env;
  const result = await build({
    configFile: false,
    root: dist,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      rolldownOptions: { input: join(dist, 'index.js'), preserveEntrySignatures: 'strict' },
      modulePreload: false,
    },
  });
  // Vite tells the whole process that this is production, and the tests inherit the environment.
  if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
  const { output } = /** @type {import('vite').Rolldown.RolldownOutput} */ (Array.isArray(result) ? result[0] : result);
  const chunks = output.filter((file) => file.type === 'chunk');
  const isLoaded = new Set(
    chunks.filter(({ isEntry, name }) => isEntry || ON_DEMAND.some((start) => name.startsWith(start))),
  );
  if (isLoaded.size !== 1 + ON_DEMAND.length) throw new Error('the chunks of a page have other names');
  for (const { imports } of isLoaded) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) isLoaded.add(chunk);
  }
  return [...isLoaded].reduce((sum, { code }) => sum + gzipped(code), 0);
}

/**
 * Prints the sizes of the files in dist/, and what a page loads.
 *
 * @returns {Promise<{ ok: boolean, note: string }>} whether the wasm and the page are within their
 * limits
 */
export async function reportSizes() {
  const dist = join(root, 'dist');
  if (!existsSync(join(dist, 'edgevec.wasm'))) return { ok: false, note: 'dist/edgevec.wasm is not there' };
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|wasm)$/.test(name));
  const width = Math.max(...files.map((name) => name.length));
  let wasm = 0;
  for (const name of files.sort()) {
    const bytes = readFileSync(join(dist, name));
    const packed = gzipped(bytes);
    if (name.endsWith('.wasm')) wasm = Math.max(wasm, packed);
    console.log(`  ${name.padEnd(width)} ${kilobytes(bytes.length)}  gzip ${kilobytes(packed)}`);
  }
  const page = await pageBytes(dist);
  console.log(`  ${'a page with a worker'.padEnd(width)} ${' '.repeat(10)}  gzip ${kilobytes(page)}`);
  const limited = (/** @type {number} */ bytes, /** @type {number} */ limit) =>
    `${kilobytes(bytes).trim()} gzip, limit ${kilobytes(limit).trim()}`;
  return {
    ok: wasm < WASM_LIMIT && page < PAGE_LIMIT,
    note: `the larger build ${limited(wasm, WASM_LIMIT)}; a page loads ${limited(page, PAGE_LIMIT)}`,
  };
}
