// Links of pages, which must work on GitHub and on the site.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { addressed, docs } from '../../scripts/docs/pages.mjs';

const root = dirname(docs);

/** The address of the repository, from package.json. */
export const repository: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).homepage.split('#')[0];

/**
 * The link of a page of the site. A link to a file of the repository that is no page leads to the
 * repository. A link to a README leads to the first page of the folder.
 */
function linkOnSite(href: string, page: string): string {
  if (/^(?:[a-z][a-z\d+.-]*:|[/#])/i.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const file = join(dirname(page), decodeURI(path));
  const inDocs = relative(docs, file);
  if (!inDocs.startsWith('..') && path.endsWith('.md')) return addressed(path) + (anchor ? `#${anchor}` : '');
  // A file that does not exist stays as written, so that the check of dead links names the file.
  if (!existsSync(file)) return href;
  const kind = statSync(file).isDirectory() ? 'tree' : 'blob';
  return `${repository}/${kind}/main/${relative(root, file)}${anchor ? `#${anchor}` : ''}`;
}

/** Makes links of pages work on the site. */
export function siteLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('site-links', ({ tokens, env }) => {
    const page: string = env.realPath ?? env.path;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href !== null) token.attrSet('href', linkOnSite(href, page));
    }
  });
}
