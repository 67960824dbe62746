/**
 * `node kernels.mjs FOLDER VARIANT…`: whether the kernels of builds of the engine agree with their
 * formulas.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const CASES = 600;

// Node 20 has relaxed SIMD behind a flag; later versions have it without.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const [folder = '', ...variants] = process.argv.slice(2);
const { createBindings } = await import(pathToFileURL(join(folder, 'bindings.js')).href);
for (const variant of variants) {
  const bindings = createBindings();
  await bindings.init({ module_or_path: readFileSync(join(folder, `${variant}.wasm`)) });
  const found = bindings.kernelDisagreement(1, CASES);
  console.log(`${variant}: ${found ?? `${CASES} cases agree`}`);
  if (found !== undefined) process.exitCode = 1;
}
