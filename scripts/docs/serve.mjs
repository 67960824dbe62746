/** `node scripts/docs/serve.mjs --port 8080`: serves the site that `npm run docs` has built. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { main, root, Stop } from '../run.mjs';
import { serveFolder } from '../static.mjs';

/** The folder of the built site. */
export const site = join(root, 'docs/.vitepress/dist');

/**
 * Serves the site until the process ends.
 *
 * @param {string | undefined} port by default, a free port
 */
export async function serveSite(port) {
  if (!existsSync(join(site, 'index.html'))) throw new Stop('The site is not built: run "npm run docs".');
  const { url } = await serveFolder(site, port === undefined ? {} : { port: Number(port) });
  console.log(`\nThe site runs at ${url} until you press Ctrl-C.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(() => serveSite(parseArgs({ options: { port: { type: 'string' } } }).values.port));
}
