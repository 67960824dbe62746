/**
 * `npm run matrix`: installs the packed package in an empty app of each target, runs the example
 * of README.md there, and writes the table of docs/environments.md. The package is packed from the
 * last build.
 *
 * `-- --only vite-7,jest` runs targets by name, `--list` prints the names, `--keep` keeps the apps,
 * `--gate` runs the targets of the gates and writes no page, `--json FILE` writes the results.
 * The exit code is 1 if a target fails.
 */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withRows } from './matrix/page.mjs';
import { runTargets } from './matrix/runner.mjs';
import { TARGETS } from './matrix/targets.mjs';
import { Browsers } from './matrix/visit.mjs';
import { pack } from './package.mjs';
import { duration, main, quiet, root, Stop } from './run.mjs';

/** @typedef {import('./matrix/runner.mjs').Result} Result */
/** @typedef {import('./matrix/target.mjs').Target} Target */

const PAGE = join(root, 'docs/environments.md');
const PING_MS = 30_000;

/**
 * The targets to run.
 *
 * @param {{ only?: readonly string[], gate: boolean }} wanted
 */
function chosen({ only, gate }) {
  const names = only?.flatMap((list) => list.split(','));
  const unknown = names?.filter((name) => !TARGETS.some((target) => target.name === name)) ?? [];
  if (unknown.length > 0) throw new Stop(`There is no target "${unknown.join(', ')}": --list prints the names.`);
  return TARGETS.filter((target) => names?.includes(target.name) ?? (!gate || target.gate === true));
}

/** Whether npm's registry answers. */
const hasRegistry = async () => (await quiet('npm', ['ping'], { timeoutMs: PING_MS })).ok;

/**
 * @param {readonly Target[]} targets
 * @param {boolean} keep
 * @returns {Promise<Result[]>}
 */
async function runAll(targets, keep) {
  // The name of the folder does not contain "edgevec", because warnings that name EdgeVec count.
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'matrix-')));
  const start = performance.now();
  const browsers = new Browsers();
  /** @type {Result[]} */
  const results = [];
  const tell = (/** @type {Result} */ row) => {
    results.push(row);
    const { title, mode, result, note, seconds } = row;
    const total = duration((performance.now() - start) / 1000);
    console.log(
      `${total.padStart(12)}  ${result.padEnd(7)}  ${title}, ${mode} (${duration(seconds)})${note && ` · ${note}`}`,
    );
  };
  try {
    const { packed } = await pack(base, { isShown: false });
    if (packed === undefined) throw new Stop('The package could not be packed: run "npm run build".');
    await runTargets(targets, { tarball: packed.tarball, base, keep, browsers, tell });
  } finally {
    await browsers.close();
    if (keep) console.log(`The apps are in ${base}.`);
    else rmSync(base, { recursive: true, force: true, maxRetries: 3 });
  }
  return results;
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      list: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const { only, gate } = values;
  const targets = chosen({ gate, ...(only && { only }) });
  if (values.list) {
    for (const { name, title, version, gate } of targets) {
      console.log(`${name.padEnd(24)} ${title}${version ? ` ${version}` : ''}${gate ? ', in the gates' : ''}`);
    }
    return;
  }
  if (!(await hasRegistry())) {
    if (values.json) writeFileSync(values.json, '[]');
    throw new Stop('The registry cannot be reached, so no target can run.');
  }
  const results = await runAll(targets, values.keep);
  if (values.json) writeFileSync(values.json, JSON.stringify(results));
  if (!gate) {
    const date = new Date().toISOString().slice(0, 10);
    writeFileSync(PAGE, withRows(readFileSync(PAGE, 'utf8'), results, TARGETS, date));
  }
  const failed = results.filter(({ result }) => result === 'fails');
  console.log(`\n${results.length} rows, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
});
