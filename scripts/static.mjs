/** A plain static server, as simple as hosting gets: for tests of the package and the matrix. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Serves a folder.
 *
 * @param {string} folder
 * @param {object} [options]
 * @param {number} [options.port] by default, a free port
 * @param {Readonly<Record<string, string>>} [options.headers] of each file
 * @param {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse, next: () => void) => void} [options.before]
 * answers a request, or calls `next`
 * @returns {Promise<{ url: string, server: import('node:http').Server }>}
 */
export async function serveFolder(folder, { port: wanted = 0, headers = {}, before = (_, __, next) => next() } = {}) {
  const server = createServer((request, response) => {
    before(request, response, async () => {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
      const file = join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
      try {
        const bytes = await readFile(file);
        response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
        response.end(bytes);
      } catch {
        response.writeHead(404, headers).end();
      }
    });
  });
  await new Promise((resolve) => server.listen(wanted, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, server };
}
