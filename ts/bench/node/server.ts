/**
 * The server of a run: serves the page, the data and the job, and receives the page's events. The
 * server also counts the gzipped bytes of the code that the browser fetches. A user of the system
 * downloads as much.
 */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Job, PageEvent } from '../job';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
};

/** Isolation gives the page a finer clock. With `no-store`, each worker fetches its own code. */
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
};

interface BenchServer {
  readonly url: string;
  /** The code files fetched since the last call, by path, with their gzip sizes. */
  takeFetched(): Map<string, number>;
  close(): void;
}

export async function serve(
  app: string,
  dataFolder: string | null,
  job: Job | object,
  onEvent: (event: PageEvent) => void,
): Promise<BenchServer> {
  let fetched = new Map<string, number>();

  const sendCode = (path: string, response: ServerResponse): void => {
    const file = join(app, normalize(path === '/' ? '/index.html' : path));
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    // An archive is served without encoding, since PGlite expects an encoded archive to be unpacked
    // already.
    const packed = extname(file) === '.gz';
    const body = packed ? readFileSync(file) : gzipSync(readFileSync(file), { level: 9 });
    if (type !== 'text/html') fetched.set(path, body.length);
    const encoding = packed ? {} : { 'content-encoding': 'gzip' };
    response.writeHead(200, { ...HEADERS, 'content-type': type, ...encoding }).end(body);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/event') {
      onEvent(JSON.parse(await text(request)) as PageEvent);
      response.writeHead(204, HEADERS).end();
    } else if (path === '/job.json') {
      response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' }).end(JSON.stringify(job));
    } else if (path.startsWith('/data/') && dataFolder !== null) {
      sendData(join(dataFolder, normalize(path.slice(5))), request, response);
    } else sendCode(path, response);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(404, HEADERS);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    takeFetched() {
      const taken = fetched;
      fetched = new Map();
      return taken;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Sends a whole file, or its first bytes if the request asks for a range from 0. */
function sendData(file: string, request: IncomingMessage, response: ServerResponse): void {
  const { size } = statSync(file);
  const range = /^bytes=0-(\d+)$/.exec(request.headers.range ?? '');
  const end = range ? Math.min(Number(range[1]), size - 1) : size - 1;
  const headers = { ...HEADERS, 'content-type': 'application/octet-stream', 'content-length': end + 1 };
  if (range) response.writeHead(206, { ...headers, 'content-range': `bytes 0-${end}/${size}` });
  else response.writeHead(200, headers);
  createReadStream(file, { end }).pipe(response);
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
