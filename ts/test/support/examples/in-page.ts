// Bundles the examples that need a page, as an app of a user is bundled, and runs each example in a
// page of its own in Chromium.

import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { launchBrowser } from '../../../../scripts/browsers.mjs';
import { serveFolder } from '../../../../scripts/static.mjs';
import { root } from '../package.js';
import type { Block } from './blocks.js';
import type { Module } from './modules.js';

/** Pages at the same time. Each waits for storage now and then. */
const PAGES = 4;

/** The address of the folder `dist` in examples of pages without a bundler. */
const PACKAGE = '/edgevec/dist/';

/** Bundles the modules. The folder has the files of the modules and the values they assume. */
async function bundle(folder: string, modules: readonly Module[]): Promise<void> {
  const loaders = modules.map(
    ({ name, ending, runs }) => `'${name}': () => import('./${name}.${runs === undefined ? ending : 'js'}'),`,
  );
  writeFileSync(
    join(folder, 'loaders.ts'),
    `export const loaders: Record<string, () => Promise<{ readonly shown?: unknown }>> = {\n${loaders.join('\n')}\n};\n`,
  );
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html>\n<link rel="icon" href="data:,">\n<script type="module" src="./page.ts"></script>\n',
  );
  await build({
    root: folder,
    configFile: false,
    base: './',
    logLevel: 'error',
    resolve: {
      alias: {
        '@huggingface/transformers': join(folder, 'given/transformers.ts'),
        'edgevec-static-model': join(root, 'examples/static-model/src/index.js'),
      },
    },
    worker: { format: 'es' },
    build: { outDir: join(folder, 'built'), target: 'esnext', minify: false },
  });
}

/** A page that reports through `example`, for a block of HTML. */
const htmlPage = (code: string): string =>
  `<!doctype html>\n<html lang="en">\n<link rel="icon" href="data:,">\n${code}\n<script type="module">globalThis.example = Promise.resolve('ran');</script>\n</html>\n`;

/**
 * What became of each example, by place: `ran`, or what went wrong.
 *
 * @param folder inside the built package, with the files of the modules
 */
export async function runInPages(
  folder: string,
  modules: readonly Module[],
  html: readonly Block[],
): Promise<Record<string, string>> {
  await bundle(folder, modules);
  const paths = new Map(modules.map(({ place, name, kind }) => [place, `built/index.html#${name},${kind}`]));
  for (const [i, { place, code }] of html.entries()) {
    writeFileSync(join(folder, `html-${i}.html`), htmlPage(code));
    paths.set(place, `html-${i}.html`);
  }
  const { url, server } = await serveFolder(root, {
    before(request, _, next) {
      if (request.url?.startsWith(PACKAGE)) request.url = `/dist/${request.url.slice(PACKAGE.length)}`;
      next();
    },
  });
  const browser = await launchBrowser('chromium');
  const outcomes: Record<string, string> = {};
  const left = [...paths];
  const runNext = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [place, path] = next;
      let told = '';
      const page = await browser.open(`${url}dist/${basename(folder)}/${path}`, {
        onConsole: (type, text) => {
          if (type === 'error' || text.includes('Error')) told += `${text}\n`;
        },
      });
      const outcome = await page.evaluate<string>('example').catch((error: unknown) => String(error));
      await page.close();
      outcomes[place] = told === '' ? outcome : `${told}${outcome}`;
    }
  };
  try {
    await Promise.all(Array.from({ length: PAGES }, runNext));
  } finally {
    await browser.close();
    server.close();
  }
  return outcomes;
}
