/**
 * Counts words that point to other words instead of naming the thing. A reader must find the noun
 * behind each pointer. The documentation of well-read projects has 3 to 5 pointers in a hundred
 * words.
 */
import { filesIn } from './files.mjs';

/** The largest share of pointers on a page. */
const MOST_ON_PAGE = 0.06;

/**
 * The largest share of pointers in all comments of a folder.
 *
 * @type {Readonly<Record<string, number>>}
 */
const MOST_IN_FOLDER = {
  'ts/src': 0.05,
  'ts/test': 0.04,
  'ts/bench': 0.04,
  'ts/build': 0.04,
  scripts: 0.04,
  examples: 0.04,
  rust: 0.05,
};

/** The comments of a single file may have this many times the share of the folder. */
const FILE_FACTOR = 2;
/** Files with fewer words have no limit of their own, because a few words make a large share. */
const FEW_WORDS = 100;

const POINTERS = new Set(
  'it its what which those such one ones none whoever whatever them they that who whose there so'.split(' '),
);

/** A line of a comment, and the words in the line. */
const COMMENT_LINE = /^\s*(?:\/\/[/!]?|\/\*\*?|\*(?!\/))(?:\s+(.*?))?(?:\s*\*\/)?$/;

/**
 * @typedef {object} Count
 * @property {number} words
 * @property {number} pointers
 */

/**
 * Counts words in prose, without code.
 *
 * @param {string} prose
 * @returns {Count}
 */
function countIn(prose) {
  const text = prose
    .replace(/`[^`\n]*`/g, ' ')
    .replace(/\{@link [^}]*\}/g, ' ')
    .replace(/\]\([^)]*\)/g, ']');
  const words = text.toLowerCase().match(/[a-z]+(?:['’-][a-z]+)*/g) ?? [];
  return { words: words.length, pointers: words.filter((word) => POINTERS.has(word)).length };
}

/** @param {Count} count */
const shareOf = ({ words, pointers }) => (words === 0 ? 0 : pointers / words);

/** @param {Count} count */
const sentence = (count) =>
  `${(100 * shareOf(count)).toFixed(1)} of 100 words only point to others (${count.words} words): name the nouns`;

/**
 * The prose of a page.
 *
 * @param {string} text
 */
const proseOf = (text) =>
  text
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^ {4}.*$/gm, '');

/** @param {string} text the text of a source file */
const commentsOf = (text) =>
  text
    .split('\n')
    .map((line) => COMMENT_LINE.exec(line)?.[1] ?? '')
    .join('\n');

/**
 * The section of the changelog for the next version.
 *
 * @param {string} text
 */
const unreleased = (text) => /^## .*unreleased.*$([\s\S]*?)(?=^## |$(?![\s\S]))/im.exec(text)?.[1] ?? '';

/**
 * @param {string} root
 * @returns {string[]} a sentence for each page, the worst page first
 */
function vaguePages(root) {
  const pages = filesIn(root, ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/*.md'], /^(docs\/)?[^/]+\.md$/);
  return pages
    .map(({ file, text }) => ({ file, count: countIn(proseOf(file === 'CHANGELOG.md' ? unreleased(text) : text)) }))
    .filter(({ count }) => shareOf(count) > MOST_ON_PAGE)
    .sort((a, b) => shareOf(b.count) - shareOf(a.count))
    .map(({ file, count }) => `${file}: ${sentence(count)}`);
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {number} most
 * @returns {string[]} a sentence for the folder, and for each file far above the limit
 */
function vagueComments(root, folder, most) {
  const counts = filesIn(root, [folder], /\.(ts|mjs|js|rs)$/)
    .map(({ file, text }) => ({ file, count: countIn(commentsOf(text)) }))
    .sort((a, b) => shareOf(b.count) - shareOf(a.count));
  const sum = counts.reduce(
    (sum, { count }) => ({ words: sum.words + count.words, pointers: sum.pointers + count.pointers }),
    { words: 0, pointers: 0 },
  );
  const long = counts.filter(({ count }) => count.words >= FEW_WORDS);
  const worst = long.slice(0, 3).map(({ file }) => file);
  return [
    ...(shareOf(sum) > most ? [`Comments in ${folder}: ${sentence(sum)}. Begin with ${worst.join(', ')}`] : []),
    ...long
      .filter(({ count }) => shareOf(count) > FILE_FACTOR * most)
      .map(({ file, count }) => `Comments in ${file}: ${sentence(count)}`),
  ];
}

/**
 * @param {string} root
 * @returns {string[]} a sentence for each page, folder and file
 */
export function vagueProse(root) {
  const folders = Object.entries(MOST_IN_FOLDER);
  return [...vaguePages(root), ...folders.flatMap(([folder, most]) => vagueComments(root, folder, most))];
}
