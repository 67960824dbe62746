/**
 * `npm test`: sets up, builds, and runs every test of the library. `-- --only rust,firefox` runs a
 * part: rust, fuzz, node, chromium, firefox, webkit, playwright, kill, examples, site. Only
 * `npm run check` runs the last two parts unasked: `examples` installs packages from the registry
 * of npm, and `site` builds and visits the documentation. `-- --soak` runs every case of the tests
 * that take a sample otherwise. A browser that could not be installed is reported as not run.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BROWSERS, findBrowser } from './browsers.mjs';
import { build } from './build.mjs';
import { cargoTest } from './cargo.mjs';
import { failedInPlaywright, failedInVitest } from './failures.mjs';
import { storiesOf } from './kill/start.mjs';
import { canKill, NEEDS_PROC } from './processes.mjs';
import { gate, report, rowOf } from './report.mjs';
import { main, onPath, root, rust, Stop, step, together } from './run.mjs';
import { setup } from './setup.mjs';
import { slowestInPlaywright, slowestInVitest } from './slowest.mjs';

/** @typedef {import('./browsers.mjs').BrowserName} BrowserName */
/** @typedef {import('./report.mjs').Row} Row */

const LIBRARY = ['rust', 'fuzz', 'node', ...BROWSERS, 'playwright', 'kill'];
const PARTS = [...LIBRARY, 'examples', 'site'];

/** How often each story of the test kills each browser, and how often in a soak. */
const KILLS = { chromium: [15, 300], firefox: [5, 100], node: [20, 400] };

/** @typedef {import('./report.mjs').Counts} Counts */

/** @param {string} file @param {(json: any) => Counts} read @returns {Counts} */
const counted = (file, read) =>
  existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failed: 0, skipped: 0, failures: [] };

/**
 * The counts of a runner that fails as a whole.
 *
 * @param {boolean} ok
 * @param {number} count
 * @returns {Counts}
 */
const whole = (ok, count) => ({ passed: ok ? count : 0, failed: ok ? 0 : 1, skipped: 0, failures: [] });

const rustTests = () =>
  // The other packages have no tests, and take longer to compile than the engine.
  cargoTest('rust', 'Rust', ['--package', 'edgevec', '--all-features'], { cwd: rust });

/** @returns {Promise<Row>} */
async function fuzz() {
  if (!onPath('c++')) {
    const note = 'libFuzzer needs a C++ compiler, "c++" (Debian: "apt-get install g++")';
    return { name: 'fuzz', status: 'not run', note, optional: true };
  }
  const outcome = await step('Fuzzing the engine', 'cargo', ['xtask', 'fuzz'], { cwd: rust });
  const runs = [...outcome.output.matchAll(/stat::number_of_executed_units:\s+(\d+)/g)].map(([, runs]) => Number(runs));
  const note = `${runs.reduce((a, b) => a + b, 0)} inputs`;
  return {
    ...rowOf('fuzz', outcome, whole(outcome.ok, runs.length)),
    note,
  };
}

/** @param {string} project @param {string} folder */
async function vitest(project, folder) {
  const json = join(folder, `${project}.json`);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${json}`];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // Each part has a cache of its own. Parts run at the same time, and would overwrite a shared
  // cache.
  const env = { EDGEVEC_TEST_PART: project };
  const outcome = await step(`TypeScript in ${project}`, process.execPath, [vitest, ...args], { env });
  return rowOf(
    project,
    outcome,
    counted(json, (result) => ({
      passed: result.numPassedTests,
      failed:
        result.numFailedTests +
        result.testResults.filter(
          (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0,
        ).length,
      skipped: result.numPendingTests + result.numTodoTests,
      failures: failedInVitest(result),
      slowest: slowestInVitest(result),
    })),
  );
}

/** The configurations of Playwright, by part. */
const PLAYWRIGHT = {
  playwright: { title: 'The demo and the packed package (Playwright)', config: 'playwright.config.ts' },
  examples: { title: 'The examples (Playwright)', config: 'ts/test/examples/playwright.config.ts' },
  site: { title: 'The site (Playwright)', config: 'ts/test/site/playwright.config.ts' },
};

/** @param {keyof typeof PLAYWRIGHT} part @param {string} folder */
async function playwright(part, folder) {
  const json = join(folder, `${part}.json`);
  const { title, config } = PLAYWRIGHT[part];
  const cli = join(root, 'node_modules/playwright/cli.js');
  const args = [cli, 'test', '--config', join(root, config), '--reporter=list,json'];
  const outcome = await step(title, process.execPath, args, { env: { PLAYWRIGHT_JSON_OUTPUT_NAME: json } });
  return rowOf(
    part,
    outcome,
    counted(json, (result) => ({
      passed: result.stats.expected + result.stats.flaky,
      failed: result.stats.unexpected,
      skipped: result.stats.skipped,
      failures: failedInPlaywright(result),
      slowest: slowestInPlaywright(result),
    })),
  );
}

/** Builds the site of the documentation on the library in dist/. @returns {Promise<Row[]>} */
async function siteBuild() {
  const docs = [join(root, 'scripts/docs.mjs'), '--no-build'];
  return [gate('docs', await step('The site of the documentation', process.execPath, docs))];
}

/** @param {import('./kill/start.mjs').Name} browser @returns {Promise<Row>} */
async function kills(browser) {
  if (!canKill()) return { name: `kill ${browser}`, status: 'not run', note: NEEDS_PROC, optional: true };
  const cycles = /** @type {number} */ (KILLS[browser]['EDGEVEC_SOAK' in process.env ? 1 : 0]);
  const args = [join(root, 'scripts/kill.mjs'), '--browser', browser, '--cycles', String(cycles)];
  const outcome = await step(`Killing ${browser}`, process.execPath, args);
  return rowOf(`kill ${browser}`, outcome, whole(outcome.ok, cycles * storiesOf(browser).length));
}

/**
 * Demo tests that Playwright cannot run with the installed browsers. The report names these tests,
 * and never counts the tests as passed.
 */
async function undriven() {
  /** @type {Row[]} */
  const rows = [];
  const webkit = await findBrowser('webkit');
  const firefox = await findBrowser('firefox');
  const remedy = 'needs the browser that "npx playwright install" brings';
  if (webkit?.driver === 'webkitgtk') {
    rows.push({ name: 'demo in webkit', status: 'not run', note: `driving WebKit's page ${remedy}`, optional: true });
  }
  if (firefox?.origin === 'system') {
    const note = `giving a folder to Firefox ${remedy}`;
    rows.push({ name: 'demo folders in firefox', status: 'not run', note, optional: true });
  }
  return rows;
}

/** @typedef {() => Promise<Row[]>} Job */

/**
 * The parts in the order of starting, the longest first. Parts of the same line run one after the
 * other, since cargo locks its folder.
 */
const ORDER = [
  ['rust', 'fuzz'],
  ['node'],
  ['playwright'],
  ['examples'],
  ['site'],
  ['webkit'],
  ['firefox'],
  ['chromium'],
  ['kill'],
];

/** One lane more than cores, since a part sometimes waits for a browser or a disk. */
const LANES = availableParallelism() + 1;

/**
 * @param {string} part
 * @param {string} folder
 * @param {import('./setup.mjs').MissingBrowser[]} missing
 * @returns {Promise<Row[]>}
 */
async function runPart(part, folder, missing) {
  const absent = missing.find(({ name }) => name === part);
  if (absent) return [{ name: part, status: 'not run', note: absent.reason }];
  if (part === 'rust') return [await rustTests()];
  if (part === 'fuzz') return [await fuzz()];
  if (part === 'playwright' || part === 'examples' || part === 'site') {
    const built = part === 'site' ? await siteBuild() : [];
    if (built.some(({ status }) => status === 'failed')) return built;
    const without = missing.map(({ name }) => name).join(', ');
    const row = { ...(await playwright(part, folder)), ...(without && { note: `without ${without}` }) };
    return [...built, row, ...(part === 'playwright' ? await undriven() : [])];
  }
  if (part !== 'kill') return [await vitest(part, folder)];
  /** @type {Row[]} */
  const rows = [];
  for (const browser of /** @type {const} */ (['chromium', 'firefox', 'node'])) {
    const gone = missing.find(({ name }) => name === browser);
    rows.push(gone ? { name: `kill ${browser}`, status: 'not run', note: gone.reason } : await kills(browser));
  }
  return rows;
}

/**
 * Runs tests and other jobs in parallel. The set-up and the build must have run.
 *
 * @param {string[]} parts
 * @param {import('./setup.mjs').MissingBrowser[]} missing
 * @param {{ before?: Job, others?: Job[] }} [more] `before`: a job that needs cargo, and so runs
 * before the Rust tests
 * @returns {Promise<Row[]>} the rows of the other jobs, then the rows of the parts
 */
export async function test(parts, missing, { before = async () => [], others = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'edgevec-test-'));
  try {
    /** @type {Map<string, Row[]>} */
    const rows = new Map();
    const jobs = ORDER.map((line) => line.filter((part) => parts.includes(part)))
      .filter((line) => line.length > 0)
      .map((line) => async () => {
        const first = line.includes('rust') ? await before() : [];
        for (const part of line) rows.set(part, await runPart(part, folder, missing));
        return first;
      });
    const more = await together([...jobs, ...others], LANES);
    return [...more.flat(), ...parts.flatMap((part) => rows.get(part) ?? [])];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const { values } = parseArgs({
      options: { only: { type: 'string', multiple: true }, soak: { type: 'boolean', default: false } },
    });
    // Every runner passes the variable on to its tests.
    if (values.soak) process.env['EDGEVEC_SOAK'] = '1';
    const wanted = values.only?.flatMap((list) => list.split(',')) ?? LIBRARY;
    const unknown = wanted.filter((part) => !PARTS.includes(part));
    if (unknown.length > 0) throw new Stop(`There is no part "${unknown.join(', ')}": use ${PARTS.join(', ')}.`);
    const parts = PARTS.filter((part) => wanted.includes(part));

    const browsers = wanted.some(
      (part) => part === 'playwright' || part === 'examples' || part === 'site' || part === 'kill',
    )
      ? BROWSERS
      : BROWSERS.filter((name) => wanted.includes(name));
    const { missing } = await setup({ browsers });
    if (parts.some((part) => part !== 'rust' && part !== 'fuzz')) await build();
    process.exitCode = report(await test(parts, missing));
  });
}

export { PARTS };
