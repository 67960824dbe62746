/** The table of docs/environments.md. The rest of the page is written by hand, and stays. */

/** @typedef {import('./runner.mjs').Result} Result */
/** @typedef {import('./target.mjs').Target} Target */

const BEGIN = '<!-- The rows are written by `npm run matrix`. -->';
const END = '<!-- End of the rows. -->';
const HEAD = ['| target | version | mode | result | tried | note |', '|---|---|---|---|---|---|'];

/** A cell of a table has no line breaks, no bars, and no characters that Markdown or HTML reads. */
const cell = (/** @type {string} */ text) =>
  text.replace(/\s+/g, ' ').replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** The key of a row: the target and the mode, as the row has both. @param {string} line */
const keyOf = (line) => {
  const [, title = '', , mode = ''] = line.split(/(?<!\\)\|/).map((text) => text.trim());
  return `${title}|${mode}`;
};

/**
 * The page with the rows of these results. Rows of targets that did not run now stay. Rows of
 * targets that no longer exist go.
 *
 * @param {string} page
 * @param {readonly Result[]} results
 * @param {readonly Target[]} targets all targets, in the order of the table
 * @param {string} date
 */
export function withRows(page, results, targets, date) {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error('docs/environments.md has no place for the rows.');
  /** @type {Map<string, string>} */
  const rows = new Map();
  const old = page
    .slice(begin, end)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  for (const line of old.slice(HEAD.length)) rows.set(keyOf(line), line);
  for (const { title, version, mode, result, note } of results) {
    const cells = [title, version, mode, result === 'works' ? result : `**${result}**`, date, note].map(cell);
    const line = `| ${cells.join(' | ')} |`.replace(/ {2,}\|$/, ' |');
    rows.set(keyOf(line), line);
  }
  const keys = targets.flatMap(({ title, modes }) => modes.map(({ mode }) => `${cell(title)}|${cell(mode)}`));
  const lines = keys.map((key) => rows.get(key)).filter((line) => line !== undefined);
  return [page.slice(0, begin + BEGIN.length), '', ...HEAD, ...lines, '', page.slice(end)].join('\n');
}
