import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenLinks } from '../../../../scripts/house/links.mjs';
import { type Clone, emptyRepository } from '../../support/clone.js';

const HOME = 'https://github.com/someone/edgevec';
let clone: Clone;

beforeEach(() => {
  clone = emptyRepository();
  clone.write('package.json', JSON.stringify({ files: ['docs', 'README.md'], repository: { url: `git+${HOME}.git` } }));
  clone.write(
    'docs/guide.md',
    '# A guide\n\n## `recall`, and more?\n\n## Again\n\n## Again\n\n```\n## no heading\n```\n',
  );
  clone.write('CONTRIBUTING.md', '# Contributing\n');
});
afterEach(() => clone.remove());

function linksOf(page: string, text: string): string[] {
  clone.write(page, text);
  return brokenLinks(clone.folder);
}

test('links to files and headings that exist are right', () => {
  const links = [
    '[a](docs/guide.md)',
    '[b](docs/guide.md#recall-and-more)',
    '[c](docs/guide.md#again) [d](docs/guide.md#again-1)',
    '[e](#top) [f](docs)',
    `[g](${HOME}/blob/main/CONTRIBUTING.md#contributing)`,
    '[h](https://example.com/anything#here) [i](mailto:a@example.com)',
    '`[j](no-link.md)`',
    '```md\n[k](no-link.md)\n```',
    '[l]: docs/guide.md "A title"',
    '<a href="docs/guide.md">m</a>',
  ];
  expect(linksOf('README.md', `# Top\n\n${links.join('\n\n')}\n`)).toEqual([]);
});

test.each([
  ['[a](docs/gone.md)', 'the link docs/gone.md leads to docs/gone.md, and there is no such file'],
  ['[a](docs/guide.md#gone)', 'the link docs/guide.md#gone leads to #gone, and docs/guide.md has no such heading'],
  [
    '[a](docs/guide.md#no-heading)',
    'the link docs/guide.md#no-heading leads to #no-heading, and docs/guide.md has no such heading',
  ],
  ['[a](#gone)', 'the link #gone leads to #gone, and README.md has no such heading'],
  ['![a](../up.png)', 'the link ../up.png leads to ../up.png, and there is no such file'],
  ['[a](/docs/guide.md)', 'the link /docs/guide.md begins at the root of the site: write the path from the page'],
  ['[a]: docs/gone.md', 'the link docs/gone.md leads to docs/gone.md, and there is no such file'],
  ['<img src="gone.png">', 'the link gone.png leads to gone.png, and there is no such file'],
  [
    '[a](CONTRIBUTING.md)',
    `the link CONTRIBUTING.md leads to CONTRIBUTING.md, and the package has no such file: write ${HOME}/blob/main/CONTRIBUTING.md`,
  ],
  [`[a](${HOME}/blob/main/gone.md)`, `the link ${HOME}/blob/main/gone.md leads to gone.md, and there is no such file`],
  [
    `[a](${HOME}/blob/main/docs/guide.md#gone)`,
    `the link ${HOME}/blob/main/docs/guide.md#gone leads to #gone, and docs/guide.md has no such heading`,
  ],
])('the link %s is broken', (link, problem) => {
  expect(linksOf('README.md', `# Top\n\n${link}\n`)).toEqual([`README.md:3: ${problem}`]);
});

test('a page outside the package may lead to any file of the repository', () => {
  expect(linksOf('examples/README.md', '[a](../CONTRIBUTING.md) [b](../docs/guide.md#again)\n')).toEqual([]);
});
