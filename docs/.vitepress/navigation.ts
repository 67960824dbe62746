// The menus of the site, made from the pages that exist. A new page appears without an edit.

import { posix } from 'node:path';
import type { DefaultTheme } from 'vitepress';
import type { Page } from '../../scripts/docs/pages.mjs';
import { SECTIONS, type Section } from './sections.js';

/** The pages of a section, in order. */
function pagesIn({ pages = [], folders = [] }: Section, all: readonly Page[]): Page[] {
  const named = pages.flatMap((file) => all.filter((page) => page.file === file));
  // A page that a section names belongs to no folder of another section.
  const isNamed = (page: Page) => SECTIONS.some((section) => section.pages?.includes(page.file));
  const others = all
    .filter((page) => folders.includes(posix.dirname(page.file)) && !isNamed(page))
    .sort((a, b) => a.title.localeCompare(b.title, 'en'));
  return [...named, ...others];
}

/** The short menu above each page. */
export function navOf(all: readonly Page[]): DefaultTheme.NavItem[] {
  return ['tutorial.md', 'examples.md', 'api/index.md', 'troubleshooting.md'].flatMap((file) =>
    // A short title: the words before a colon.
    all
      .filter((page) => page.file === file)
      .map(({ title, path }) => ({ text: title.split(':')[0] ?? title, link: path })),
  );
}

/**
 * The menu beside each page. A page in a folder of no section is an error, because no reader would
 * find the page.
 */
export function sidebarOf(all: readonly Page[]): DefaultTheme.SidebarItem[] {
  const sections = SECTIONS.map((section) => ({ section, pages: pagesIn(section, all) }));
  const listed = new Set(sections.flatMap(({ pages }) => pages));
  const lost = all.filter((page) => !listed.has(page)).map(({ file }) => `docs/${file}`);
  if (lost.length > 0) throw new Error(`No section of docs/.vitepress/sections.ts has ${lost.join(', ')}.`);
  return sections
    .filter(({ pages }) => pages.length > 0)
    .map(({ section: { title, isClosed = false }, pages }) => ({
      text: title,
      collapsed: isClosed,
      items: pages.map((page) => ({ text: page.file === 'README.md' ? 'Overview' : page.title, link: page.path })),
    }));
}

/** The kinds of symbols that have pages, in the order of the menu. */
const KINDS = ['classes', 'functions', 'interfaces', 'type-aliases', 'variables'];

/**
 * The menu of the reference: a section for each entry of the package, such as `edgevec/react`. The
 * page of a symbol is at `api/edgevec/react/functions/useSearch.md`.
 */
export function referenceSidebarOf(pages: readonly Page[]): DefaultTheme.SidebarItem[] {
  const entries = pages.filter(({ file }) => file !== 'api/index.md' && file.endsWith('/index.md'));
  return [
    { text: 'All entries', link: '/api/' },
    ...entries.map(({ file, path, title }) => {
      const symbols = KINDS.flatMap((kind) =>
        pages.filter((page) => posix.dirname(page.file) === posix.join(posix.dirname(file), kind)),
      );
      return {
        text: title,
        link: path,
        collapsed: title !== 'edgevec',
        items: symbols.map((page) => ({ text: posix.basename(page.file, '.md'), link: page.path })),
      };
    }),
  ];
}
