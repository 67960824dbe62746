// The text that a person reads on a page.

import type { ReadPage } from '../messages';

const LEFT_OUT =
  'nav, header, footer, aside, form, dialog, script, style, noscript, template, [hidden], [aria-hidden="true"]';
const BLOCKS = 'p, li, h1, h2, h3, h4, blockquote, pre, td, dd, dt, figcaption';

/** Shorter texts are labels and menus. */
const SHORTEST = 40;

/** Reads the article of a page. */
export function readText(page: Document): ReadPage {
  const article = page.querySelector('article, main, [role="main"]') ?? page.body;
  const paragraphs = [...article.querySelectorAll(BLOCKS)]
    .filter((block) => block.closest(LEFT_OUT) === null && block.querySelector(BLOCKS) === null)
    .map((block) => (block.textContent ?? '').replace(/\s+/g, ' ').trim())
    .filter((text) => text.length >= SHORTEST);
  const { origin, pathname, search } = page.location;
  // Without the fragment: a link into a page is the same page.
  return { url: origin + pathname + search, title: page.title.trim() || origin + pathname, paragraphs };
}
