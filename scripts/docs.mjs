/**
 * `npm run docs`: builds the library, then the site of the documentation in docs/.vitepress/dist.
 * `-- --no-build` uses the last build of the library. `-- --serve` then serves the site.
 * `-- --dev` serves the pages while you write, and shows each change at once.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { deadLinks } from './docs/dead-links.mjs';
import { serveSite, site } from './docs/serve.mjs';
import { bin, main, Stop, step } from './run.mjs';
import { setup } from './setup.mjs';

const node = process.execPath;
const vitepress = bin('vitepress/bin/vitepress.js');
const typedoc = [
  ...['--import', './docs/.vitepress/api/typescript.mjs'],
  ...[bin('typedoc/bin/typedoc'), '--options', 'docs/.vitepress/api/typedoc.json'],
];

/** @param {string} title @param {string} command @param {string[]} args */
async function required(title, command, args) {
  const { ok } = await step(title, command, args);
  if (!ok) throw new Stop(`The site stopped at "${title}": its output is above.`);
}

/** Writes all that the pages need from the build. The library must be built. */
async function prepare() {
  await required('Reference of the API', node, typedoc);
  await required('Index of the search', node, ['scripts/docs/search-index.mjs']);
}

/** Builds the site. */
async function buildSite() {
  await required('Types of the site', node, [bin('typescript/bin/tsc'), '-p', 'docs/.vitepress']);
  await required('Site', node, [vitepress, 'build', 'docs']);
  const dead = deadLinks(site);
  if (dead.length > 0) throw new Stop(`${dead.join('\n')}\n\nThe site has ${dead.length} dead links.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const { values } = parseArgs({
      options: {
        'no-build': { type: 'boolean', default: false },
        serve: { type: 'boolean', default: false },
        dev: { type: 'boolean', default: false },
        port: { type: 'string' },
      },
    });
    const port = values.port === undefined ? [] : ['--port', values.port];
    if (!values['no-build']) {
      await setup();
      await build();
    }
    await prepare();
    if (values.dev) return required('Pages, until you press Ctrl-C', node, [vitepress, 'dev', 'docs', ...port]);
    await buildSite();
    if (!values.serve) return console.log(`\nThe site is in ${site}.`);
    return serveSite(values.port);
  });
}
