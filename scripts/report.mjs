/**
 * Reports which gates ran, passed, failed or did not run: a table, and a line of totals for a
 * machine.
 */
import { endOf } from './failures.mjs';
import { duration } from './run.mjs';

/** @typedef {import('./slowest.mjs').Slow} Slow */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {'passed' | 'failed' | 'not run'} status
 * @property {number} [passed] tests, if the runner counts tests
 * @property {number} [failed]
 * @property {number} [skipped]
 * @property {number} [seconds]
 * @property {string} [note]
 * @property {boolean} [optional] in CI, no failure if the gate did not run
 * @property {readonly Slow[]} [slowest] the test files that took longest
 * @property {readonly string[]} [failures] the failed tests with their errors, or the end of the
 * output
 */

/**
 * The row of a gate with a single yes or no.
 *
 * @param {string} name
 * @param {{ ok: boolean, seconds: number, output?: string }} outcome
 * @param {string} [note]
 * @returns {Row}
 */
export const gate = (name, { ok, seconds, output = '' }, note) => ({
  name,
  status: ok ? 'passed' : 'failed',
  passed: ok ? 1 : 0,
  failed: ok ? 0 : 1,
  seconds,
  failures: endOf({ ok, seconds, output }),
  ...(note !== undefined && { note }),
});

/**
 * The counts of a runner, and the failed tests with their errors. A runner that fails without
 * counting a failure counts as one failure.
 *
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[], slowest?: Slow[] }} Counts
 */

/**
 * @param {string} name
 * @param {import('./run.mjs').Outcome} outcome
 * @param {Counts} counts
 * @returns {Row}
 */
export function rowOf(name, outcome, counts) {
  const { ok, seconds } = outcome;
  if (ok && counts.failed === 0 && counts.passed === 0) {
    return { name, status: 'failed', ...counts, failed: 1, seconds, note: 'no test ran' };
  }
  const failed = ok ? counts.failed : Math.max(counts.failed, 1);
  const failures = counts.failures.length > 0 ? counts.failures : endOf(outcome);
  return { name, status: failed > 0 ? 'failed' : 'passed', ...counts, failed, failures, seconds };
}

/** @param {Row[]} rows @param {'passed' | 'failed' | 'skipped'} key */
const sum = (rows, key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);

/**
 * Prints the failures, then the slowest files, then the table. Returns the exit code: 1 if a gate
 * failed, and in CI also if a gate that is not optional did not run.
 *
 * @param {Row[]} rows
 * @returns {number}
 */
export function report(rows) {
  const width = Math.max(...rows.map((row) => row.name.length));
  for (const { name, failures = [] } of rows) {
    if (failures.length > 0) console.log(`\n── Failed in ${name}`);
    for (const text of failures) console.log(text.replace(/^/gm, '  '));
  }
  for (const { name, slowest: files = [] } of rows) {
    if (files.length > 0) console.log(`\n── The slowest files of ${name}`);
    for (const { file, seconds } of files) console.log(`  ${duration(seconds).padStart(12)}  ${file}`);
  }
  console.log('\n── Summary');
  for (const { name, status, passed = 0, failed = 0, skipped = 0, seconds, note } of rows) {
    const counts = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`].filter(Boolean);
    const details = status === 'not run' ? [] : [counts.join(', '), seconds !== undefined && duration(seconds)];
    console.log(`  ${name.padEnd(width)}  ${status.padEnd(7)}  ${[...details, note].filter(Boolean).join(' · ')}`);
  }
  const { CI } = process.env;
  const absent = rows.filter((row) => row.status === 'not run' && !row.optional);
  const skipped = sum(rows, 'skipped');
  console.log(`\n${sum(rows, 'passed')} passed, ${sum(rows, 'failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
  return rows.some((row) => row.status === 'failed') || (CI && absent.length > 0) ? 1 : 0;
}
