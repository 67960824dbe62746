import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { deadLinks } from '../../../../scripts/docs/dead-links.mjs';
import { temporaryFolders } from '../../support/folders.js';

const newFolder = temporaryFolders('site');

/** Writes a site, and returns the dead links of the site. */
function deadIn(pages: Readonly<Record<string, string>>): string[] {
  const folder = newFolder();
  for (const [file, html] of Object.entries(pages)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), html);
  }
  return deadLinks(folder);
}

test('links to pages, files and anchors that exist are right, as are links to other sites', () => {
  const links = [
    'guides/',
    'guides/index.html#why-so',
    '#top',
    'guides/a.css?v=1',
    'https://example.org/none',
    'data:,',
  ];
  const dead = deadIn({
    'index.html': `<p id="top">${links.map((link) => `<a href="${link}">x</a>`).join('')}</p>`,
    'guides/index.html': '<h2 id="why-so">Why so</h2> <a href="../index.html#top">x</a>',
    'guides/a.css': '',
  });
  expect(dead).toEqual([]);
});

test('a missing page, file or anchor is told with the page of the link', () => {
  const dead = deadIn({
    'a.html': '<a href="b.html">x</a> <img src="c.png"> <a href="d/e.html#none">x</a>',
    'd/e.html': '<a href="../a.html#none">x</a>',
  });
  expect(dead).toEqual([
    'a.html: the link b.html leads to b.html, and there is no such file',
    'a.html: the link c.png leads to c.png, and there is no such file',
    'a.html: the link d/e.html#none leads to #none, and d/e.html has no such anchor',
    'd/e.html: the link ../a.html#none leads to #none, and a.html has no such anchor',
  ]);
});
