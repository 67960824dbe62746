/**
 * The apps of users that all tests of the package share. A worker of the tests packs the package
 * once, installs each app once, and builds the Vite app once for all browsers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from '@playwright/test';
import { build, createServer, preview } from 'vite';
import { type BrowserName, launchBrowser, type RunningBrowser } from '../../../scripts/browsers.mjs';
import { type Consumer, Inbox, install, pack } from './consumer.js';

/** A server of the Vite app, and the reports of its pages. */
export interface Served {
  readonly url: string;
  readonly inbox: Inbox;
}

interface Apps {
  readonly tarball: string;
  readonly viteApp: Consumer;
  readonly plainApp: Consumer;
  /** The Vite app, built and previewed. */
  readonly built: Served;
  /** The Vite app in the development server. */
  readonly developed: Served;
  /** Starts a browser, and ends the browser before. */
  readonly launch: (name: BrowserName) => Promise<RunningBrowser>;
}

const LOCAL = { port: 0, host: '127.0.0.1' };

/** What both servers need to serve the app without the configuration of this repository. */
const configOf = (app: Consumer, inbox: Inbox) => ({
  root: app.folder,
  configFile: false as const,
  logLevel: 'warn' as const,
  plugins: [inbox.plugin],
});

const urlOf = ({ resolvedUrls }: { readonly resolvedUrls: { readonly local: string[] } | null }) =>
  resolvedUrls?.local[0] ?? '';

/**
 * Replaces Playwright's own fixtures, because the fixtures cannot drive WebKitGTK. `launchBrowser`
 * drives all three browsers.
 */
export const test = base.extend<object, Apps>({
  tarball: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'edgevec-packed-'));
      await use(await pack(folder));
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  viteApp: [
    async ({ tarball }, use) => {
      const app = await install('vite', tarball);
      await use(app);
      await app.remove();
    },
    { scope: 'worker' },
  ],
  plainApp: [
    async ({ tarball }, use) => {
      const app = await install('plain', tarball);
      await use(app);
      await app.remove();
    },
    { scope: 'worker' },
  ],
  built: [
    async ({ viteApp }, use) => {
      const inbox = new Inbox();
      const config = configOf(viteApp, inbox);
      await build(config);
      const server = await preview({ ...config, preview: LOCAL });
      await use({ url: urlOf(server), inbox });
      await server.close();
    },
    { scope: 'worker' },
  ],
  developed: [
    async ({ viteApp }, use) => {
      const inbox = new Inbox();
      const server = await createServer({ ...configOf(viteApp, inbox), server: LOCAL });
      await server.listen();
      await use({ url: urlOf(server), inbox });
      await server.close();
    },
    { scope: 'worker' },
  ],
  launch: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      let running: RunningBrowser | undefined;
      await use(async (name) => {
        if (running?.name === name) return running;
        await running?.close();
        running = undefined;
        running = await launchBrowser(name);
        return running;
      });
      await running?.close();
    },
    { scope: 'worker' },
  ],
});
