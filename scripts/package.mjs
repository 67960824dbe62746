/** Packs the last build, and checks the package in the form to be published. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gate } from './report.mjs';
import { bin, quiet, root, step } from './run.mjs';

/** @typedef {import('./report.mjs').Row} Row */

/**
 * A packed package. Sizes are in bytes.
 *
 * @typedef {object} Packed
 * @property {string} tarball its path
 * @property {number} size
 * @property {number} unpackedSize
 * @property {readonly { path: string, size: number }[]} files
 */

/**
 * @param {string} folder where the tarball goes
 * @param {{ isShown?: boolean }} [options] whether npm's list of files is shown
 * @returns {Promise<{ row: Row, packed?: Packed }>} without `packed`, npm could not pack
 */
export async function pack(folder, { isShown = true } = {}) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const outcome = isShown ? await step('Pack', 'npm', args) : await quiet('npm', args);
  // Warnings of npm may stand before the list.
  const list = /^\[\n[\s\S]*^\]/m.exec(outcome.output)?.[0];
  if (!outcome.ok || list === undefined) return { row: gate('pack', { ...outcome, ok: false }) };
  const [{ filename, size, unpackedSize, files }] = JSON.parse(list);
  return {
    row: gate('pack', outcome, version),
    packed: { tarball: join(folder, filename), size, unpackedSize, files },
  };
}

/** @param {string} tarball @returns {Promise<Row[]>} */
export async function packedGates(tarball) {
  const node = process.execPath;
  const attw = [
    bin('@arethetypeswrong/cli/dist/index.js'),
    tarball,
    // The further entries are modules only: every supported Node can require modules.
    '--ignore-rules',
    'cjs-resolves-to-esm',
    '--exclude-entrypoints',
    'edgevec.wasm',
    'edgevec-relaxed.wasm',
    'edgevec-text.wasm',
  ];
  return [
    gate('publint', await step('publint', node, [bin('publint/src/cli.js'), tarball, '--strict'])),
    gate('attw', await step('Are the types wrong?', node, attw)),
  ];
}
