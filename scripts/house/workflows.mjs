/**
 * Finds workflows of GitHub with rights, actions or waiting times that nobody has chosen. In
 * `npm run check`, actionlint finds faults of syntax.
 */
import { filesIn } from './files.mjs';

/**
 * @param {string} file
 * @param {string} text
 * @returns {string[]} a sentence for each fault
 */
export function faultsOfWorkflow(file, text) {
  const faults = [];
  if (!/^permissions:/m.test(text)) faults.push(`${file}: "permissions:" is missing at the top`);
  if (!/^concurrency:/m.test(text)) faults.push(`${file}: "concurrency:" is missing at the top`);
  const jobs = (text.match(/^ {4}runs-on:/gm) ?? []).length;
  const limits = (text.match(/^ {4}timeout-minutes:/gm) ?? []).length;
  if (jobs !== limits) faults.push(`${file}: of ${jobs} jobs, ${limits} have "timeout-minutes:"`);
  for (const [i, line] of text.split('\n').entries()) {
    const [, action] = /\buses:\s*(\S+)/.exec(line) ?? [];
    if (action === undefined || action.startsWith('./')) continue;
    if (/@[\da-f]{40}\s+# v\d+\.\d+\.\d+$/.test(line)) continue;
    faults.push(`${file}:${i + 1}: ${action} needs a commit and the version: "NAME@COMMIT # v1.2.3"`);
  }
  return faults;
}

/** @param {string} root */
export const looseWorkflows = (root) =>
  filesIn(root, ['.github/workflows'], /\.ya?ml$/).flatMap(({ file, text }) => faultsOfWorkflow(file, text));
