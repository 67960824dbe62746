// A static server, as simple as hosting gets: any other static server works too.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const { HOST = 'localhost', PORT = '4173' } = process.env;
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' };

createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
  try {
    const file = await readFile(join(import.meta.dirname, path.endsWith('/') ? `${path}index.html` : path));
    response.writeHead(200, {
      'Content-Type': TYPES[extname(path.replace(/\/$/, '/index.html'))] ?? 'application/octet-stream',
    });
    response.end(file);
  } catch {
    response.writeHead(404).end();
  }
}).listen(Number(PORT), HOST, () => console.log(`http://${HOST}:${PORT}/`));
