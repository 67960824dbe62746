/** The pages of the site: every Markdown file of docs/, with the title of the page. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run.mjs';

/** The folder of the pages. */
export const docs = join(root, 'docs');

/**
 * A page: `file` is the path below docs/, `path` is the address below the site.
 *
 * @typedef {{ readonly file: string, readonly path: string, readonly title: string, readonly text: string }} Page
 */

/**
 * A README is the first page of a folder, on GitHub as on the site.
 *
 * @param {string} file
 */
export const addressed = (file) => file.replace(/(^|\/)README\.md$/, '$1index.md');

/**
 * The address of a page below the site, as VitePress writes the address.
 *
 * @param {string} file
 */
function pathOf(file) {
  const path = addressed(file).replace(/(^|\/)index\.md$/, '$1');
  return `/${path.replace(/\.md$/, '.html')}`;
}

/**
 * A heading without marks of code, links and escapes.
 *
 * @param {string} heading
 */
export const plainHeading = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`|\\(?=[<>[\]_])/g, '')
    .trim();

/**
 * The title of a page: the first heading.
 *
 * @param {string} file
 * @param {string} text
 */
function titleOf(file, text) {
  const heading = /^# +(.+?) *$/m.exec(text)?.[1];
  if (heading === undefined) throw new Error(`docs/${file} has no heading: begin the page with "# " and a title.`);
  return plainHeading(heading);
}

/** All pages, in the order of their paths. @type {readonly Page[]} */
const all = readdirSync(docs, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.md') && !file.startsWith('.vitepress/'))
  .sort()
  .map((file) => {
    const text = readFileSync(join(docs, file), 'utf8');
    return { file, path: pathOf(file), title: titleOf(file, text), text };
  });

/** Whether TypeDoc has made the page. @param {Page} page */
const isReference = ({ file }) => file.startsWith('api/');

/** The pages that people have written. */
export const written = all.filter((page) => !isReference(page));

/** The reference of the API: none before the first `npm run docs`. */
export const reference = all.filter(isReference);
