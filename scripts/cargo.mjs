/** Runs tests of cargo, and counts the tests. */
import { failedInCargo } from './failures.mjs';
import { rowOf } from './report.mjs';
import { step } from './run.mjs';

/**
 * @param {string} name of the row
 * @param {string} title
 * @param {string[]} args of `cargo test`
 * @param {import('./run.mjs').Options} options
 * @returns {Promise<import('./report.mjs').Row>}
 */
export async function cargoTest(name, title, args, options) {
  const outcome = await step(title, 'cargo', ['test', '--color', 'never', ...args], options);
  const counts = { passed: 0, failed: 0, skipped: 0, failures: failedInCargo(outcome) };
  for (const [, passed, failed, ignored] of outcome.output.matchAll(
    /^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  return rowOf(name, outcome, counts);
}
