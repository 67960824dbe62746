/** Finds long files, since a file with a single idea rarely takes more than 400 lines. */
import { filesIn } from './files.mjs';

const MOST_LINES = 400;
/** A listed file with fewer lines leaves the list. */
const SHORT_LINES = 350;

/**
 * Files allowed to be longer, each with a reason. If a file becomes shorter, the line of the file
 * must be removed.
 *
 * @type {Readonly<Record<string, string>>}
 */
const REASONS = {
  'rust/edgevec/src/codes.rs': 'one idea: how a row is coded, and how codes are compared',
  'ts/src/api/edgevec.ts': 'the public class: most of it is what an editor shows of each method',
  'ts/test/browser/worker.test.ts': 'all ways in which a worker starts, fails and dies',
  'ts/test/integration/row-stream.test.ts': 'one idea: calls while rows are still loading',
  'ts/test/suites/api.ts': 'a suite that every host runs, with a test for each promise of the calls',
  'ts/test/suites/damage.ts': 'a suite that every host runs, with a test for each kind of damage',
  'ts/test/suites/durable.ts': 'a suite that every host runs, with a test for each promise of stored databases',
  'ts/test/suites/metadata.ts': 'a suite that every host runs: most of it is a table of values',
  'ts/test/suites/streams.ts': 'a suite that every host runs, with a test for each promise of streams',
  'ts/test/types/filter.ts': 'a table: which filters compile',
};

/**
 * @param {string} root
 * @returns {string[]} a sentence for each file
 */
export function longFiles(root) {
  const files = filesIn(root, ['ts/src', 'ts/test', 'ts/bench', 'rust', 'scripts', 'examples'], /\.(ts|mjs|rs)$/);
  const long = new Map(files.map(({ file, text }) => [file, text.trimEnd().split('\n').length]));
  const wrong = [];
  for (const [file, lines] of long) {
    if (lines > MOST_LINES && REASONS[file] === undefined) {
      wrong.push(`${file} has ${lines} lines: cut it, or say in scripts/house/length.mjs why it is one idea`);
    }
  }
  for (const file of Object.keys(REASONS)) {
    if ((long.get(file) ?? 0) < SHORT_LINES)
      wrong.push(`${file} is not long: take it off the list in scripts/house/length.mjs`);
  }
  return wrong;
}
