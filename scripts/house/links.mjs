/**
 * Finds links of pages to files and headings that do not exist. A page of the package must also
 * work inside the package: a relative link leads to a file of the package, and all other files of
 * the repository have an absolute address. Addresses of other sites are not asked.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ownerOf } from '../repository.mjs';
import { filesIn } from './files.mjs';

/** The target of `[text](target "title")`, of `[label]: target`, and of an attribute. */
const TARGETS = /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^ {0,3}\[[^\]]+\]:\s+<?([^\s>]+)>?|\b(?:href|src)="([^"]+)"/gm;

/** Code between lines of three or more backticks or tildes. */
const FENCED = /^ {0,3}(```+|~~~+)[\s\S]*?^ {0,3}\1/gm;

/**
 * A page without code. Lines stay, for the number of a line is told.
 *
 * @param {string} text
 */
const withoutCode = (text) =>
  text
    .replace(FENCED, (code) => code.replace(/[^\n]/g, ''))
    .replace(/(`+)[^`\n](?:[^\n]*?[^`\n])?\1(?!`)/g, (code) => ' '.repeat(code.length));

/**
 * The anchor of a heading as GitHub writes the anchor.
 *
 * @param {string} heading
 */
export const slug = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');

/**
 * The headings of a page with their places and their anchors. Equal headings are numbered.
 *
 * @param {string} text
 * @returns {{ heading: string, level: number, anchor: string, start: number, end: number }[]}
 */
export function headingAnchors(text) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  // Blanks keep the places of the headings behind code.
  const prose = text.replace(FENCED, (code) => code.replace(/[^\n]/g, ' '));
  return [...prose.matchAll(/^ {0,3}(#{1,6}) +(.*?)(?: +#+)? *$/gm)].map(
    ({ 0: line, 1: marks = '', 2: heading = '', index }) => {
      const anchor = slug(heading);
      const before = counts.get(anchor) ?? 0;
      counts.set(anchor, before + 1);
      const numbered = before === 0 ? anchor : `${anchor}-${before}`;
      return { heading, level: marks.length, anchor: numbered, start: index, end: index + line.length };
    },
  );
}

/**
 * The anchors of a page.
 *
 * @param {string} text
 */
const anchorsOf = (text) =>
  new Set([
    ...[...text.matchAll(/\b(?:id|name)="([^"]+)"/g)].map(([, id = '']) => id),
    ...headingAnchors(text).map(({ anchor }) => anchor),
  ]);

/**
 * Whether npm packs a file.
 *
 * @param {readonly string[]} packed the `files` of package.json
 * @param {string} file
 */
const isPacked = (packed, file) => packed.some((entry) => file === entry || file.startsWith(`${entry}/`));

/**
 * The problem of a link, or undefined.
 *
 * @param {string} target
 * @param {string} page the file with the link
 * @param {{ root: string, packed: readonly string[], home: string }} where `home`: the address of
 * the repository
 */
function problemOf(target, page, { root, packed, home }) {
  const own = target.startsWith(`${home}/`) ? /^\/(?:blob|tree)\/[^/]+\/(.*)$/.exec(target.slice(home.length)) : null;
  if (own === null && /^[a-z][a-z\d+.-]*:|^\/\//i.test(target)) return undefined;
  const [path = '', anchor] = decodeURI(own?.[1] ?? target).split('#');
  if (path.startsWith('/')) return 'begins at the root of the site: write the path from the page';
  const folder = own === null ? posix.dirname(page) : '.';
  const file = path === '' && own === null ? page : posix.join(folder, path);
  const absolute = join(root, file);
  if (file.startsWith('../') || !existsSync(absolute)) return `leads to ${file}, and there is no such file`;
  if (own === null && isPacked(packed, page) && !isPacked(packed, file)) {
    return `leads to ${file}, and the package has no such file: write ${home}/blob/main/${file}`;
  }
  if (anchor === undefined || !file.endsWith('.md') || statSync(absolute).isDirectory()) return undefined;
  if (anchorsOf(readFileSync(absolute, 'utf8')).has(anchor)) return undefined;
  return `leads to #${anchor}, and ${file} has no such heading`;
}

/**
 * @param {string} root
 * @returns {string[]} a sentence for each link
 */
export function brokenLinks(root) {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const where = { root, packed: files, home: `https://github.com/${ownerOf(root)}/edgevec` };
  return filesIn(root, ['*.md'], /\.md$/).flatMap(({ file, text }) => {
    const page = withoutCode(text);
    return [...page.matchAll(TARGETS)].flatMap(({ index, 1: inline, 2: reference, 3: attribute }) => {
      const target = inline ?? reference ?? attribute ?? '';
      const problem = problemOf(target, file, where);
      const line = page.slice(0, index).split('\n').length;
      return problem === undefined ? [] : [`${file}:${line}: the link ${target} ${problem}`];
    });
  });
}
