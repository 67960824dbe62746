/**
 * `npm test`: sets up, builds, and runs every test. `npm test -- --only rust,firefox` runs a part: rust, fuzz, node,
 * chromium, firefox, webkit, playwright, kill. A browser that cannot be had is reported as not run.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BROWSERS, findBrowser } from './browsers.mjs';
import { build } from './build.mjs';
import { report } from './report.mjs';
import { main, root, rust, Stop, step } from './run.mjs';
import { setup } from './setup.mjs';
import { onPath } from './webkitgtk.mjs';

/** @typedef {import('./browsers.mjs').BrowserName} BrowserName */
/** @typedef {import('./report.mjs').Row} Row */

const PARTS = ['rust', 'fuzz', 'node', ...BROWSERS, 'playwright', 'kill'];

/** How often each browser is killed. */
const KILLS = { chromium: 30, firefox: 10 };

/** What a runner counted; a runner that failed without counting a failure counts as one. @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @param {string} name @param {import('./run.mjs').Outcome} outcome @param {Counts} counts @returns {Row} */
function row(name, { ok, seconds }, counts) {
  if (ok && counts.failed === 0 && counts.passed === 0) {
    return { name, status: 'failed', ...counts, failed: 1, seconds, note: 'no test ran' };
  }
  const failed = ok ? counts.failed : Math.max(counts.failed, 1);
  return { name, status: failed > 0 ? 'failed' : 'passed', ...counts, failed, seconds };
}

/** @param {string} file @param {(json: any) => Counts} read @returns {Counts} */
const counted = (file, read) =>
  existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failed: 0, skipped: 0 };

async function rustTests() {
  const outcome = await step('Rust', 'cargo', ['test', '--workspace', '--all-features', '--color', 'never'], {
    cwd: rust,
  });
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed, ignored] of outcome.output.matchAll(
    /^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  return row('rust', outcome, counts);
}

/** @returns {Promise<Row>} */
async function fuzz() {
  if (!onPath('c++')) {
    const note = 'libFuzzer needs a C++ compiler, "c++" (Debian: "apt-get install g++")';
    return { name: 'fuzz', status: 'not run', note, optional: true };
  }
  const outcome = await step('Fuzzing the reader of snapshots', 'cargo', ['xtask', 'fuzz'], { cwd: rust });
  const runs = [...outcome.output.matchAll(/stat::number_of_executed_units:\s+(\d+)/g)].map(([, runs]) => Number(runs));
  const note = `${runs.reduce((a, b) => a + b, 0)} inputs`;
  return {
    ...row('fuzz', outcome, { passed: outcome.ok ? runs.length : 0, failed: outcome.ok ? 0 : 1, skipped: 0 }),
    note,
  };
}

/** @param {string} project @param {string} folder */
async function vitest(project, folder) {
  const json = join(folder, `${project}.json`);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${json}`];
  const outcome = await step(`TypeScript in ${project}`, process.execPath, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    ...args,
  ]);
  return row(
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
    })),
  );
}

/** @param {string} folder */
async function playwright(folder) {
  const json = join(folder, 'playwright.json');
  const args = [join(root, 'node_modules/playwright/cli.js'), 'test', '--reporter=list,json'];
  const outcome = await step('The demo and the packed package (Playwright)', process.execPath, args, {
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: json },
  });
  return row(
    'playwright',
    outcome,
    counted(json, ({ stats }) => ({
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected,
      skipped: stats.skipped,
    })),
  );
}

/** @param {'chromium' | 'firefox'} browser */
async function kills(browser) {
  const cycles = KILLS[browser];
  const args = [join(root, 'scripts/kill.mjs'), '--browser', browser, '--cycles', String(cycles)];
  const outcome = await step(`Killing ${browser}`, process.execPath, args);
  return row(`kill ${browser}`, outcome, { passed: outcome.ok ? cycles : 0, failed: outcome.ok ? 0 : 1, skipped: 0 });
}

/** What of the demo's tests Playwright cannot do with the browsers found here: told, never counted as passed. */
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

/**
 * Runs tests, with everything set up and built.
 *
 * @param {string[]} parts
 * @param {import('./setup.mjs').MissingBrowser[]} missing
 * @returns {Promise<Row[]>}
 */
export async function test(parts, missing) {
  const folder = mkdtempSync(join(tmpdir(), 'edgevec-test-'));
  try {
    /** @type {Row[]} */
    const rows = [];
    for (const part of parts) {
      const absent = missing.find(({ name }) => name === part);
      if (absent) rows.push({ name: part, status: 'not run', note: absent.reason });
      else if (part === 'rust') rows.push(await rustTests());
      else if (part === 'fuzz') rows.push(await fuzz());
      else if (part === 'playwright') {
        const without = missing.map(({ name }) => name).join(', ');
        rows.push(
          { ...(await playwright(folder)), ...(without && { note: `without ${without}` }) },
          ...(await undriven()),
        );
      } else if (part === 'kill') {
        for (const browser of /** @type {const} */ (['chromium', 'firefox'])) {
          const gone = missing.find(({ name }) => name === browser);
          rows.push(gone ? { name: `kill ${browser}`, status: 'not run', note: gone.reason } : await kills(browser));
        }
      } else rows.push(await vitest(part, folder));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
    const wanted = values.only?.flatMap((list) => list.split(',')) ?? PARTS;
    const unknown = wanted.filter((part) => !PARTS.includes(part));
    if (unknown.length > 0) throw new Stop(`There is no part "${unknown.join(', ')}": use ${PARTS.join(', ')}.`);
    const parts = PARTS.filter((part) => wanted.includes(part));

    const browsers =
      wanted.includes('playwright') || wanted.includes('kill')
        ? BROWSERS
        : BROWSERS.filter((name) => wanted.includes(name));
    const { missing } = await setup({ browsers });
    if (parts.some((part) => part !== 'rust' && part !== 'fuzz')) await build();
    process.exitCode = report(await test(parts, missing));
  });
}

export { PARTS };
