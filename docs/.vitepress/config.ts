// The site of the documentation: `npm run docs`. The pages are the Markdown files of docs/.

import { join } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { addressed, reference, written } from '../../scripts/docs/pages.mjs';
import { slug } from '../../scripts/house/links.mjs';
import { repository, siteLinks } from './links.js';
import { liveBlocks, liveModules } from './live/blocks.js';
import { navOf, referenceSidebarOf, sidebarOf } from './navigation.js';
import { withPolicy } from './policy.js';

/** A picture of bars, as data, so that the site has no further file. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#078577" d="M1 2h3v12H1zM6 2h1v12H6zM12 2h3v12h-3z"/><path fill="#c97a1e" d="M9 2h2v12H9z"/></svg>',
)}`;

const dist = join(import.meta.dirname, '../../dist');

/** `install` is the command on the first page. */
type Settings = DefaultTheme.Config & { readonly install: string };

export default defineConfig<Settings>({
  title: 'EdgeVec',
  description: 'A vector database that runs on the user’s own device.',
  // The site works in any folder of a server.
  base: './',
  // Without an icon, a browser asks for a file that the site does not have.
  head: [['link', { rel: 'icon', href: ICON }]],
  rewrites: addressed,
  // Only this folder has settings, and not each config.ts of the repository.
  additionalConfig: {},
  cacheDir: '../node_modules/.vitepress',
  // Other engines have other names for sections, and readers follow links from GitHub.
  markdown: {
    anchor: { slugify: slug },
    config: (md) => {
      siteLinks(md);
      liveBlocks(md);
    },
    // Forms that GitHub does not have would change the text of a page.
    attrs: false,
    emoji: false,
    include: false,
    snippet: false,
    toc: false,
  },
  transformHtml: withPolicy,
  vite: {
    plugins: [liveModules],
    resolve: {
      // The package as built, whose entries import each other by name.
      alias: [
        { find: /^edgevec$/, replacement: join(dist, 'index.js') },
        { find: /^edgevec\/(.+)$/, replacement: join(dist, '$1.js') },
      ],
    },
    assetsInclude: ['**/*.edgevec'],
    worker: { format: 'es' },
    // The model of the search is a single large file.
    build: { chunkSizeWarningLimit: 1000 },
  },
  themeConfig: {
    install: `npm install git+${repository}.git`,
    nav: navOf([...written, ...reference]),
    sidebar: { '/': sidebarOf(written), '/api/': referenceSidebarOf(reference) },
    outline: { level: [2, 3] },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page' },
  },
});
