/** Packs the Rust crate as for crates.io, and tests the packed crate by itself. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cargoTest } from './cargo.mjs';
import { gate } from './report.mjs';
import { quiet, root, rust, step } from './run.mjs';

/** @typedef {import('./report.mjs').Row} Row */

/**
 * The quick tests: stored files, and the example. The repository runs all tests. `cargo check`
 * compiles the other tests of the packed crate.
 */
const TESTS = ['--test', 'engine', '--', 'golden_file', 'example::'];

/**
 * Always the same folder, so that cargo compiles only changes. The workspace leaves out `target`,
 * and the packed crate is therefore no member of the workspace.
 */
const FOLDER = join(rust, 'target/packed-crate');

/** @returns {Promise<Row[]>} */
export async function crateGates() {
  // The gates also run before a commit, so changed files are allowed. Cargo would only build the
  // packed crate, and the tests below build the packed crate too.
  const args = ['package', '--package', 'edgevec', '--allow-dirty', '--no-verify'];
  const packed = await step('Pack the crate', 'cargo', args, { cwd: rust });
  if (!packed.ok) return [gate('cargo package', packed)];
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const crate = join(rust, `target/package/edgevec-${version}.crate`);
  const unpacked = await quiet('tar', ['-xzf', crate, '-C', FOLDER]);
  if (!unpacked.ok) return [gate('cargo package', unpacked)];

  // With the profiles and the folder of the workspace, the dependencies are compiled already.
  const profiles = join(FOLDER, 'profiles.toml');
  writeFileSync(profiles, readFileSync(join(rust, 'Cargo.toml'), 'utf8').replace(/^[\s\S]*?(?=^\[profile\.)/m, ''));
  const options = {
    cwd: join(FOLDER, `edgevec-${version}`),
    env: { CARGO_TARGET_DIR: join(rust, 'target') },
  };
  const check = ['check', '--config', profiles, '--all-targets', '--all-features'];
  return [
    gate('cargo package', packed),
    gate('packed crate', await step('Compile the packed crate', 'cargo', check, options)),
    await cargoTest('packed crate tests', 'Test the packed crate', ['--config', profiles, ...TESTS], options),
  ];
}
