/**
 * Finds measured numbers without the command that measured them. A measured number is a time in
 * micro- or nanoseconds, or a table with a column of times, sizes or recalls. The command stands in
 * the section of the number, or in a section above: under a heading that includes the section. A
 * section may also say that no command makes the numbers. Limits and settings, such as slices of
 * 8 ms, are no measurements.
 */
import { filesIn } from './files.mjs';

const COMMAND =
  /\bnpm run (?:bench|build|check|matrix)|\bnpm test\b|\bcargo (?:bench|run|xtask)\b|\bnode scripts\/|\bno command makes\b/;

/** Pages with measurements. A changelog tells changes, whose commands the pages have. */
const PAGES = /^(?:README\.md|docs\/.*\.md|examples\/.*\.md|rust\/edgevec\/README\.md)$/;

const TIME = /\b\d[\d,.]*\s?(?:µs|us|ns)\b/;
const MEASURE = /(?:^|\s)(?:µs|us|ns|ms|s|MB|KB|recall(?:@\d+)?|\w+\/s)(?:$|\s)/;

/**
 * Whether a line begins a table with a column of measurements.
 *
 * @param {string} line
 * @param {string} [next]
 */
const isTable = (line, next = '') =>
  /^\|[-: |]+\|$/.test(next.trim()) && line.split('|').some((cell) => MEASURE.test(cell.trim()));

/**
 * @param {string} file
 * @param {string} text
 * @returns {string[]} a sentence for each section
 */
export function unnamedNumbers(file, text) {
  const prose = text.replace(/^( *)(```+)[\s\S]*?^\1\2/gm, (code) => code.replace(/[^\n]/g, ''));
  const lines = prose.split('\n');
  /**
   * The open sections, from the title of the page down.
   *
   * @type {{ depth: number, isNamed: boolean, at: number | undefined }[]}
   */
  let open = [{ depth: 0, isNamed: false, at: undefined }];
  /** @type {number[]} */
  const found = [];
  const close = (/** @type {number} */ depth) => {
    for (const section of open.filter((each) => each.depth >= depth)) {
      const above = open.filter((each) => each.depth <= section.depth);
      if (section.at !== undefined && !above.some(({ isNamed }) => isNamed)) found.push(section.at);
    }
    open = open.filter((each) => each.depth < depth);
  };
  for (const [i, line] of lines.entries()) {
    const [, marks] = /^(#{1,6}) /.exec(line) ?? [];
    if (marks !== undefined) {
      close(marks.length);
      open.push({ depth: marks.length, isNamed: false, at: undefined });
    }
    const section = /** @type {(typeof open)[number]} */ (open.at(-1));
    if (COMMAND.test(line)) section.isNamed = true;
    if (TIME.test(line) || isTable(line, lines[i + 1])) section.at ??= i + 1;
  }
  close(0);
  return found.map((line) => `${file}:${line}: a measured number without its command: name the "npm run …"`);
}

/** @param {string} root */
export const numbersWithoutCommand = (root) =>
  filesIn(root, ['*.md'], PAGES).flatMap(({ file, text }) => unnamedNumbers(file, text));
