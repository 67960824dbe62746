/**
 * Builds the demo on the library in dist/, and serves the demo: for `npm start`, and with `--port`
 * for the demo's tests.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from './run.mjs';

/**
 * Serves a page of the same site without the demo, for the demo's tests. A browser asks a page
 * without an icon for one, and reports the missing icon as an error.
 *
 * @type {import('vite').Plugin}
 */
const emptyPage = {
  name: 'edgevec:empty-page',
  configurePreviewServer({ middlewares, config }) {
    middlewares.use('/empty', (_, response) => {
      for (const [name, value] of Object.entries(config.preview.headers)) response.setHeader(name, value ?? '');
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>Empty</title><link rel="icon" href="data:," />');
    });
  },
};

/**
 * @param {{ open?: boolean, port?: number }} [options] without a port, the first free port from
 * 4173 on
 * @returns {Promise<string>} the address
 */
export async function serveDemo({ open = false, port } = {}) {
  const { build, preview } = await import('vite');
  const configFile = join(root, 'examples/demo/vite.config.ts');
  await build({ configFile, logLevel: 'warn' });
  const server = await preview({
    configFile,
    plugins: port === undefined ? [] : [emptyPage],
    preview: { open, ...(port !== undefined && { port, strictPort: true }) },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      server.close().finally(() => process.exit(0));
    });
  }
  return server.resolvedUrls?.local[0] ?? '';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  console.log(await serveDemo(values.port === undefined ? {} : { port: Number(values.port) }));
}
