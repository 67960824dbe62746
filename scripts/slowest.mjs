/** Finds the slowest test files in the results of the runners, for the report. */
import { relative } from 'node:path';
import { root } from './run.mjs';

/** How many files a report names for each part. */
const NAMED = 5;

/** @typedef {{ file: string, seconds: number }} Slow */

/** @param {readonly Slow[]} files @returns {Slow[]} the slowest first */
const slowest = (files) => [...files].sort((a, b) => b.seconds - a.seconds).slice(0, NAMED);

/**
 * @param {any} result of vitest's reporter `json`
 * @returns {Slow[]}
 */
export const slowestInVitest = ({ testResults }) =>
  slowest(
    testResults.map((/** @type {any} */ { name, startTime, endTime }) => ({
      file: relative(root, name).replaceAll('\\', '/'),
      seconds: (endTime - startTime) / 1000,
    })),
  );

/**
 * Sums up the tests of each file, in all browsers.
 *
 * @param {any} result of Playwright's reporter `json`
 * @returns {Slow[]}
 */
export function slowestInPlaywright({ suites }) {
  /** @type {Map<string, number>} */
  const seconds = new Map();
  /** @param {any} suite */
  const add = ({ specs = [], suites = [] }) => {
    for (const { file, tests } of specs) {
      for (const { results } of tests) {
        for (const { duration } of results) seconds.set(file, (seconds.get(file) ?? 0) + duration / 1000);
      }
    }
    suites.forEach(add);
  };
  suites.forEach(add);
  return slowest([...seconds].map(([file, seconds]) => ({ file, seconds })));
}
