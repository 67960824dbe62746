// The pages of the site: every Markdown file of docs/, with the title of the page.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the pages. */
export const docs = dirname(import.meta.dirname);

/** A page: `file` is the path below docs/, `path` is the address below the site. */
export interface Page {
  readonly file: string;
  readonly path: string;
  readonly title: string;
  readonly text: string;
}

/** A README is the first page of a folder, on GitHub as on the site. */
export const addressed = (file: string): string => file.replace(/(^|\/)README\.md$/, '$1index.md');

/** The address of a page below the site, as VitePress writes the address. */
const pathOf = (file: string): string =>
  `/${addressed(file)
    .replace(/(^|\/)index\.md$/, '$1')
    .replace(/\.md$/, '.html')}`;

/** The title of a page: the first heading, without marks of code and links. */
function titleOf(file: string, text: string): string {
  const heading = /^# +(.+?) *$/m.exec(text)?.[1];
  if (heading === undefined) throw new Error(`docs/${file} has no heading: begin the page with "# " and a title.`);
  return heading.replaceAll('`', '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

/** Reads all pages, in the order of their paths. */
function readAll(): Page[] {
  const files = readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md') && !file.startsWith('.vitepress/'))
    .sort();
  return files.map((file) => {
    const text = readFileSync(join(docs, file), 'utf8');
    return { file, path: pathOf(file), title: titleOf(file, text), text };
  });
}

const all = readAll();

/** Whether TypeDoc has made the page. */
const isReference = ({ file }: Page): boolean => file.startsWith('api/');

/** The pages that people have written. */
export const written: readonly Page[] = all.filter((page) => !isReference(page));

/** The reference of the API: none before the first `npm run docs`. */
export const reference: readonly Page[] = all.filter(isReference);
