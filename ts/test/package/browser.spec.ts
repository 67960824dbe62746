/** The published package in apps like the apps of users, in every browser. */
import { test as base, expect } from '@playwright/test';
import { build, createServer, preview } from 'vite';
import { type BrowserName, launchBrowser, type RunningBrowser } from '../../../scripts/browsers.mjs';
import { type Consumer, Inbox, install, type Outcome, serve } from './consumer.js';

interface Apps {
  readonly viteApp: Consumer;
  readonly plainApp: Consumer;
  readonly running: RunningBrowser;
}

/**
 * Replaces Playwright's own fixtures, because the fixtures cannot drive WebKitGTK. `launchBrowser`
 * drives all three browsers.
 */
const test = base.extend<object, Apps>({
  viteApp: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      const app = await install('vite');
      await use(app);
      await app.remove();
    },
    { scope: 'worker' },
  ],
  plainApp: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      const app = await install('plain');
      await use(app);
      await app.remove();
    },
    { scope: 'worker' },
  ],
  running: [
    async ({ browserName }, use) => {
      const browser = await launchBrowser(browserName as BrowserName);
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});

/**
 * Opens the page and waits for its report. Without a report, the error contains the output of the
 * page.
 */
async function visit(browser: RunningBrowser, url: string, inbox: Inbox): Promise<Outcome> {
  const lines: string[] = [];
  const outcome = inbox.next();
  const page = await browser.open(url, { onConsole: (type, text) => lines.push(`${type}: ${text}`) });
  const silence = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`The page told nothing. Its console:\n${lines.join('\n')}`)), 300_000).unref();
  });
  try {
    return await Promise.race([outcome, silence]);
  } finally {
    await page.close();
  }
}

const FOUND = { ids: ['east', 'north'], titles: ['East', 'North'], slim: [[7, 3]] };

test.describe('an empty Vite app', () => {
  test('built and previewed', async ({ viteApp, running }) => {
    const inbox = new Inbox();
    const config = {
      root: viteApp.folder,
      configFile: false as const,
      logLevel: 'warn' as const,
      plugins: [inbox.plugin],
    };
    await build(config);
    const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } });
    try {
      const url = server.resolvedUrls?.local[0] ?? '';
      expect(await visit(running, url, inbox)).toEqual({ ...FOUND, host: 'worker', events: [] });
    } finally {
      await server.close();
    }
  });

  test('in the development server', async ({ viteApp, running }) => {
    const inbox = new Inbox();
    const server = await createServer({
      root: viteApp.folder,
      configFile: false,
      logLevel: 'warn',
      plugins: [inbox.plugin],
      server: { port: 0, host: '127.0.0.1' },
    });
    try {
      await server.listen();
      const url = server.resolvedUrls?.local[0] ?? '';
      expect(await visit(running, url, inbox)).toEqual({ ...FOUND, host: 'worker', events: [] });
    } finally {
      await server.close();
    }
  });
});

test.describe('a plain page with an import map', () => {
  const strict =
    "default-src 'none'; img-src data:; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-edgevec'";

  const cases = [
    { title: 'no policy', policy: undefined, query: '', host: 'worker', events: [] },
    {
      title: 'a policy without blob workers: in-thread, and says so',
      policy: strict,
      query: '',
      host: 'in-thread',
      events: ['worker-unavailable'],
    },
    {
      title: 'the same policy with the worker served by the site',
      policy: `${strict}; worker-src 'self'`,
      query: '?worker=/node_modules/edgevec/dist/worker.js',
      host: 'worker',
      events: [],
    },
  ];
  for (const { title, policy, query, host, events } of cases) {
    test(title, async ({ plainApp, running }) => {
      const inbox = new Inbox();
      const headers = policy === undefined ? {} : { 'Content-Security-Policy': policy };
      const { url, server } = await serve(plainApp.folder, inbox, headers);
      try {
        expect(await visit(running, url + query, inbox)).toEqual({ ...FOUND, host, events });
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });
  }
});
