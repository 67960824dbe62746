/**
 * Builds the demo on the library in dist/, and serves the demo: for `npm start`, and with `--port`
 * for the demo's tests. With `--models FOLDER`, the page loads its model from the folder.
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
 * Serves models of a folder under the addresses of huggingface.co, for a page without a network.
 *
 * @param {string} folder
 * @returns {import('vite').Plugin}
 */
const modelHost = (folder) => ({
  name: 'edgevec:model-host',
  configurePreviewServer({ middlewares }) {
    middlewares.use('/models/', (request, response) => {
      const [, model, file] = /^\/[^/]+\/([\w.-]+)\/resolve\/main\/([\w./-]+)$/.exec(request.url ?? '') ?? [];
      const path = join(folder, model ?? '', file ?? '');
      if (model === undefined || path.includes('..') || !existsSync(path)) {
        response.statusCode = 404;
        response.end();
        return;
      }
      response.setHeader('Content-Length', statSync(path).size);
      response.setHeader('Cache-Control', 'no-store');
      createReadStream(path).pipe(response);
    });
  },
});

/**
 * @param {{ open?: boolean, port?: number, models?: string | undefined }} [options] without a port,
 * the first free port from 4173 on. `models`: a folder with models, which the page then loads from
 * here. By default, the page loads its model from huggingface.co
 * @returns {Promise<string>} the address
 */
export async function serveDemo({ open = false, port, models } = {}) {
  if (models !== undefined) process.env['EDGEVEC_MODEL_HOST'] = './models/';
  const { build, preview } = await import('vite');
  const configFile = join(root, 'examples/demo/vite.config.ts');
  await build({ configFile, logLevel: 'warn' });
  const server = await preview({
    configFile,
    plugins: [
      ...(port === undefined ? [] : [emptyPage]),
      ...(models === undefined ? [] : [modelHost(resolve(models))]),
    ],
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
  const { values } = parseArgs({ options: { port: { type: 'string' }, models: { type: 'string' } } });
  const { port, models } = values;
  console.log(await serveDemo({ models, ...(port !== undefined && { port: Number(port) }) }));
}
