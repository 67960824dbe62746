/** The published package in apps like the apps of users, in every browser. */
import { expect } from '@playwright/test';
import { BROWSERS, findBrowser, type RunningBrowser } from '../../../scripts/browsers.mjs';
import { test } from './apps.js';
import { Inbox, type Outcome, serve } from './consumer.js';

let visits = 0;

/**
 * Opens the page and waits for its report. Without a report, the error contains the output of the
 * page.
 */
async function visit(browser: RunningBrowser, url: string, inbox: Inbox): Promise<Outcome> {
  const lines: string[] = [];
  const address = new URL(url);
  address.searchParams.set('visit', String(visits++));
  const outcome = inbox.next(address.href);
  const page = await browser.open(address.href, { onConsole: (type, text) => lines.push(`${type}: ${text}`) });
  const silence = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`The page told nothing. Its console:\n${lines.join('\n')}`)), 300_000).unref();
  });
  try {
    return await Promise.race([outcome, silence]);
  } finally {
    await page.close();
  }
}

const FOUND = {
  ids: ['east', 'north'],
  titles: ['East', 'North'],
  words: [['north'], [7]],
  slim: [[7, 3]],
};

const STRICT =
  "default-src 'none'; img-src data:; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-edgevec'";

const POLICIES = [
  { title: 'no policy', policy: undefined, query: '', host: 'worker', events: [] },
  {
    title: 'a policy without blob workers: in-thread, and says so',
    policy: STRICT,
    query: '',
    host: 'in-thread',
    events: ['worker-unavailable'],
  },
  {
    title: 'the same policy with the worker served by the site',
    policy: `${STRICT}; worker-src 'self'`,
    query: '?worker=/node_modules/edgevec/dist/worker.js',
    host: 'worker',
    events: [],
  },
  {
    title: 'required Trusted Types',
    policy: "require-trusted-types-for 'script'; trusted-types edgevec",
    query: '',
    host: 'worker',
    events: [],
  },
];

const found = (await Promise.all(BROWSERS.map(findBrowser))).filter((browser) => browser !== undefined);

for (const { name } of found) {
  test.describe(`in ${name}`, () => {
    test('an empty Vite app, built and previewed', async ({ built, launch }) => {
      expect(await visit(await launch(name), built.url, built.inbox)).toEqual({ ...FOUND, host: 'worker', events: [] });
    });

    test('an empty Vite app in the development server', async ({ developed, launch }) => {
      const { url, inbox } = developed;
      expect(await visit(await launch(name), url, inbox)).toEqual({ ...FOUND, host: 'worker', events: [] });
    });

    for (const { title, policy, query, host, events } of POLICIES) {
      test(`a plain page with an import map, ${title}`, async ({ plainApp, launch }) => {
        const inbox = new Inbox();
        const headers = policy === undefined ? {} : { 'Content-Security-Policy': policy };
        const { url, server } = await serve(plainApp.folder, inbox, headers);
        try {
          expect(await visit(await launch(name), url + query, inbox)).toEqual({ ...FOUND, host, events });
        } finally {
          server.close();
          server.closeAllConnections();
        }
      });
    }
  });
}
