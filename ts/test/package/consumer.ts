/**
 * Consumers of the packed package: apps in a folder of their own, outside the repository, with the
 * tarball installed.
 */
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { quiet } from '../../../scripts/run.mjs';
import { serveFolder } from '../../../scripts/static.mjs';

/** Runs a command. @returns its output */
export async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { ok, output } = await quiet(command, args, { cwd });
  if (!ok) throw new Error(`${[command, ...args].join(' ')} in ${cwd}:\n${output}`);
  return output;
}

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Consumer {
  /** A copy of the app with the installed package. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Packs the last build into the folder. @returns the path of the tarball */
export async function pack(folder: string): Promise<string> {
  const stdout = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], root);
  return join(folder, stdout.trim().split('\n').at(-1) ?? '');
}

/** Installs the tarball as a user would. */
export async function install(app: 'vite' | 'plain', tarball: string): Promise<Consumer> {
  // Symbolic links are resolved, for Vite compares real paths.
  const folder = await realpath(await mkdtemp(join(tmpdir(), `edgevec-${app}-`)));
  await cp(fileURLToPath(new URL(`./apps/${app}`, import.meta.url)), folder, { recursive: true });
  const options = ['--prefix', '.', '--offline', '--no-audit', '--no-fund', '--no-package-lock'];
  await run('npm', ['install', ...options, tarball], folder);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * The report of the page. The page sends the report with POST, because a policy of the page may
 * prevent reading results directly.
 */
export interface Outcome {
  readonly ids: unknown[];
  readonly titles: string[];
  readonly host: string;
  readonly events: string[];
  /** The hits of text search, of `edgevec` and of `edgevec/slim`. */
  readonly words: unknown[][];
  readonly slim: unknown[];
  readonly error?: string;
}

/** Receives the POST requests of pages to /outcome. */
export class Inbox {
  private readonly waiting = new Map<string, (outcome: Outcome) => void>();

  /** The next report of the page with this address. Late reports of other pages do not count. */
  next(page: string): Promise<Outcome> {
    return new Promise((resolve) => this.waiting.set(page, resolve));
  }

  readonly middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (request.url !== '/outcome') {
      next();
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      response.end();
      this.waiting.get(request.headers.referer ?? '')?.(JSON.parse(body));
    });
  };

  /** The same, inside Vite's servers. */
  readonly plugin: Plugin = {
    name: 'inbox',
    configureServer: (server) => void server.middlewares.use(this.middleware),
    configurePreviewServer: (server) => void server.middlewares.use(this.middleware),
  };
}

/** Serves a folder. The inbox receives the reports of the pages. */
export const serve = (
  folder: string,
  inbox: Inbox,
  headers: Record<string, string>,
): Promise<{ url: string; server: Server }> => serveFolder(folder, { headers, before: inbox.middleware });
