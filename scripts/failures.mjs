/**
 * Reads the failed tests out of what a runner has written. The report names each failed test with
 * its error at the end, since the output of a long run is often cut off at its beginning.
 */
import { stripVTControlCharacters } from 'node:util';

/** How many lines of an error, or of the end of an output, are shown. */
const LINES = 12;

/** @param {string} text */
const linesOf = (text) =>
  stripVTControlCharacters(text)
    .trim()
    .split(/\r?\n/)
    .filter((line) => !line.includes('node_modules/@vitest/'));

/** @param {string} name @param {string} error @returns {string} */
const failure = (name, error) =>
  [
    name,
    ...linesOf(error)
      .slice(0, LINES)
      .map((line) => `  ${line}`),
  ].join('\n');

/**
 * The last lines of a runner that reports in plain text.
 *
 * @param {import('./run.mjs').Outcome} outcome
 * @returns {string[]}
 */
export const endOf = ({ ok, output }) => (ok ? [] : [linesOf(output).slice(-LINES).join('\n')]);

/**
 * The failed tests in a JSON report of vitest. A file that could not be loaded counts as a test.
 *
 * @param {any} json
 * @returns {string[]}
 */
export function failedInVitest({ testResults }) {
  return testResults.flatMap((/** @type {any} */ { name, status, message, assertionResults }) => {
    if (status === 'failed' && assertionResults.length === 0) return [failure(name, message ?? '')];
    return assertionResults
      .filter((/** @type {any} */ test) => test.status === 'failed')
      .map((/** @type {any} */ test) => failure(`${name}: ${test.fullName}`, test.failureMessages.join('\n')));
  });
}

/**
 * The failed tests in a JSON report of Playwright, and the failures outside tests.
 *
 * @param {any} json
 * @returns {string[]}
 */
export function failedInPlaywright({ suites, errors }) {
  /** @param {any} suite @returns {any[]} */
  const specsIn = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsIn)];
  const failed = suites
    .flatMap(specsIn)
    .flatMap((/** @type {any} */ { file, title, tests }) =>
      tests
        .filter((/** @type {any} */ test) => test.status === 'unexpected')
        .map((/** @type {any} */ { projectName, results }) =>
          failure(
            `${projectName}: ${file}: ${title}`,
            results.flatMap((/** @type {any} */ { errors }) => errors.map(messageOf)).join('\n'),
          ),
        ),
    );
  return [...failed, ...errors.map((/** @type {any} */ error) => failure('outside the tests', messageOf(error)))];
}

/** @param {any} error @returns {string} */
const messageOf = ({ message, value, snippet }) => [message ?? value, snippet].filter(Boolean).join('\n');

/**
 * The failed tests in the output of `cargo test`, or the end of the output if no test ran.
 *
 * @param {import('./run.mjs').Outcome} outcome
 * @returns {string[]}
 */
export function failedInCargo(outcome) {
  const failed = [...outcome.output.matchAll(/^---- (.+) stdout ----\n([\s\S]*?)(?=\n---- |\nfailures:)/gm)].map(
    ([, name = '', error = '']) => failure(name, error),
  );
  return failed.length > 0 ? failed : endOf(outcome);
}
