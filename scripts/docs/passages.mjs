/** The passages of a page: the text below each heading, in pieces that a vector can describe. */
import { headingAnchors } from '../house/links.mjs';
import { plainHeading } from './pages.mjs';

/**
 * `path` has the anchor of the heading. `text` is plain: no code blocks, no marks.
 *
 * @typedef {{ readonly path: string, readonly title: string, readonly heading: string, readonly text: string }} Passage
 */

/** The most words of a passage. A vector of more words describes no word well. */
const MOST_WORDS = 90;

/** Headings of the reference above lists of symbols, which have pages of their own. */
const LISTS =
  /^(?:Classes|Functions|Interfaces|Type Aliases|Variables|References|Constructors|Type Parameters|Type Literal)$/;

/** @param {string} markdown */
const plain = (markdown) =>
  markdown
    .replace(/^ {0,3}(```+|~~~+)[\s\S]*?^ {0,3}\1/gm, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*\|[\s:|-]+\|\s*$/gm, ' ')
    .replace(/[*`|\\>#]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** @param {string} text @returns {string[]} at least one piece */
function pieces(text) {
  const words = text.split(' ');
  const count = Math.max(1, Math.ceil(words.length / MOST_WORDS));
  const length = Math.ceil(words.length / count);
  return Array.from({ length: count }, (_, i) => words.slice(i * length, (i + 1) * length).join(' '));
}

/**
 * A page of the reference has a passage for each symbol: the comment, without the parameters below.
 *
 * @param {import('./pages.mjs').Page} page
 * @returns {Passage[]}
 */
export function passagesOf({ file, path, title, text }) {
  const isReference = file.startsWith('api/');
  const headings = headingAnchors(text).filter(({ level }) => !isReference || level <= 3);
  return headings.flatMap(({ heading, anchor, end }, i) => {
    const shown = plainHeading(heading);
    if (isReference && LISTS.test(shown)) return [];
    const body = plain(text.slice(end, headings[i + 1]?.start ?? text.length));
    if ((body === '' && i > 0) || body.startsWith('Re-exports')) return [];
    const place = i === 0 ? path : `${path}#${anchor}`;
    const parts = isReference ? pieces(body).slice(0, 1) : pieces(body);
    return parts.map((part) => ({ path: place, title, heading: i === 0 ? '' : shown, text: part }));
  });
}
