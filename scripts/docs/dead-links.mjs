/**
 * Finds links of the built site to files and anchors that the site does not have. VitePress finds
 * links to missing pages, and this check also finds missing anchors and files. Addresses of other
 * sites are not asked.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An address that stands for the site while links are resolved. */
const ORIGIN = 'http://site.invalid/';

/** The text of an attribute. @param {string} value */
const plain = (value) => value.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");

/**
 * @param {string} folder the built site
 * @returns {string[]} a sentence for each dead link of a page
 */
export function deadLinks(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.html'));
  const pages = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  const anchors = new Map(
    [...pages].map(([file, html]) => [
      file,
      new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = '']) => plain(id))),
    ]),
  );
  return [...pages].sort().flatMap(([page, html]) => {
    // The page for missing pages is shown at any address.
    const links =
      page === '404.html' ? [] : [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link = '']) => plain(link));
    return [...new Set(links)].flatMap((link) => {
      const { origin, pathname, hash } = new URL(link, ORIGIN + page);
      if (`${origin}/` !== ORIGIN) return [];
      const path = decodeURIComponent(pathname.slice(1));
      const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
      if (!existsSync(join(folder, file)))
        return [`${page}: the link ${link} leads to ${file}, and there is no such file`];
      const anchor = decodeURIComponent(hash.slice(1));
      if (anchor === '' || anchors.get(file)?.has(anchor)) return [];
      return [`${page}: the link ${link} leads to #${anchor}, and ${file} has no such anchor`];
    });
  });
}
