/**
 * The sizes of the files that a user loads. Every build prints the sizes, and `npm run check`
 * limits the wasm.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './run.mjs';

/**
 * The size of the larger engine build when this line was last edited, in bytes, gzipped by Node.
 * The limit is 2 % above.
 */
const WASM_BYTES = 89_400;
const WASM_LIMIT = WASM_BYTES * 1.02;

const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} KB`;

/**
 * Prints the sizes of the files in dist/.
 *
 * @returns {{ ok: boolean, note: string }} whether the wasm is within its limit
 */
export function reportSizes() {
  const dist = join(root, 'dist');
  if (!existsSync(join(dist, 'edgevec.wasm'))) return { ok: false, note: 'dist/edgevec.wasm is not there' };
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|wasm)$/.test(name));
  const width = Math.max(...files.map((name) => name.length));
  let wasm = 0;
  for (const name of files.sort()) {
    const bytes = readFileSync(join(dist, name));
    const packed = gzipSync(bytes, { level: 9 }).length;
    if (name.endsWith('.wasm')) wasm = Math.max(wasm, packed);
    console.log(`  ${name.padEnd(width)} ${kilobytes(bytes.length)}  gzip ${kilobytes(packed)}`);
  }
  return {
    ok: wasm < WASM_LIMIT,
    note: `the larger build ${kilobytes(wasm).trim()} gzip, limit ${kilobytes(WASM_LIMIT).trim()}`,
  };
}
