/**
 * Counts words that point to other words instead of naming the thing. A reader must find the noun
 * behind each pointer. The documentation of well-read projects has 3 to 5 pointers in a hundred
 * words.
 */
import { filesIn } from './files.mjs';

const MOST_SHARE = 0.06;

const POINTERS = new Set(
  'it its what which those such one ones none whoever whatever them they that who whose there so'.split(' '),
);

/**
 * The words of a page, without code.
 *
 * @param {string} text
 */
function wordsOf(text) {
  const prose = text
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^ {4}.*$/gm, '')
    .replace(/`[^`\n]*`/g, ' ')
    .replace(/\]\([^)]*\)/g, ']');
  return prose.toLowerCase().match(/[a-z]+(?:['’-][a-z]+)*/g) ?? [];
}

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
export function vagueProse(root) {
  const pages = filesIn(root, ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/*.md'], /^(docs\/)?[^/]+\.md$/);
  return pages
    .map(({ file, text }) => {
      const words = wordsOf(file === 'CHANGELOG.md' ? unreleased(text) : text);
      const pointers = words.filter((word) => POINTERS.has(word)).length;
      return { file, words: words.length, share: words.length === 0 ? 0 : pointers / words.length };
    })
    .filter(({ share }) => share > MOST_SHARE)
    .sort((a, b) => b.share - a.share)
    .map(
      ({ file, words, share }) =>
        `${file}: ${(100 * share).toFixed(1)} of 100 words only point to others (${words} words): name the nouns`,
    );
}
