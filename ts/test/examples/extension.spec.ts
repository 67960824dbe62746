/** The extension in a Chromium of its own: reading, searching, pausing, forgetting. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, expect, type Page, type Worker } from '@playwright/test';
import { findBrowser } from '../../../scripts/browsers.mjs';
import { examplesFolder, test } from './apps.js';

const ARTICLES: Record<string, { title: string; paragraphs: string[] }> = {
  '/bread': {
    title: 'A loaf with a sour starter',
    paragraphs: [
      'Feed the starter with flour and water in the evening, and mix the dough in the morning.',
      'Let the dough rise for four hours, then bake the loaf in a hot oven until the crust is brown.',
    ],
  },
  '/bicycle': {
    title: 'Mending a flat tyre',
    paragraphs: [
      'Take the wheel off the bicycle, and find the hole in the tube under water before you patch the rubber.',
    ],
  },
  '/stars': {
    title: 'The planets in winter',
    paragraphs: ['Jupiter stands high in the sky at midnight, and a small telescope shows four of its moons.'],
  },
};

/** A page with a menu and an article. Only the article is text to read. */
const html = ({
  title,
  paragraphs,
}: {
  title: string;
  paragraphs: string[];
}): string => `<!doctype html><title>${title}</title>
  <nav><p>Subscribe to our newsletter about volcanoes, and never miss an eruption again.</p></nav>
  <article><h1>${title}</h1>${paragraphs.map((text) => `<p>${text}</p>`).join('')}</article>`;

let server: Server;
let site: string;
let folder: string;
let context: BrowserContext;

test.skip(({ browserName }) => browserName !== 'chromium', 'Playwright loads extensions only into Chromium');

test.beforeEach(async () => {
  server = createServer(({ url = '' }, response) => {
    const article = ARTICLES[url.split('?')[0] ?? ''];
    response.writeHead(article ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(article ? html(article) : '');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'edgevec-extension-'));
  const extension = join(folder, 'extension');
  await cp(join(await examplesFolder(), 'extension/dist'), extension, { recursive: true });
  // The browser asks the user for the permission of a site, and nobody can answer here. With the
  // permission in the manifest, the browser grants the same request without a question.
  const manifest = JSON.parse(await readFile(join(extension, 'manifest.json'), 'utf8'));
  await writeFile(
    join(extension, 'manifest.json'),
    JSON.stringify({ ...manifest, host_permissions: ['*://127.0.0.1/*'] }),
  );
  const found = await findBrowser('chromium');
  const { args = [], ...options } = found?.launchOptions ?? {};
  context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    ...options,
    // Playwright's headless shell has no extensions, and its whole Chromium has.
    ...(found?.origin === 'playwright' && { channel: 'chromium' }),
    args: [...args, `--disable-extensions-except=${extension}`, `--load-extension=${extension}`],
  });
});

test.afterEach(async () => {
  await context?.close();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function serviceWorker(): Promise<Worker> {
  return context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
}

/** The page of the popup, in a tab. */
async function openPanel(): Promise<Page> {
  const panel = await context.newPage();
  await panel.goto(new URL('/panel.html', (await serviceWorker()).url()).href);
  await expect(panel.getByRole('status')).toHaveText('No page is remembered yet.');
  await panel.getByText('Sites and forgetting').click();
  return panel;
}

const pages = (panel: Page) => panel.getByRole('list', { name: 'Pages' }).getByRole('link');
const sites = (panel: Page) => panel.getByRole('list', { name: 'Sites' }).getByRole('listitem');

/** Reads an article until the extension has read the article too. */
async function read(panel: Page, path: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(site + path);
  await expect
    .poll(async () => {
      await panel.evaluate(() => document.querySelector('form')?.requestSubmit());
      return pages(panel).allTextContents();
    })
    .toContain(ARTICLES[path]?.title);
  await page.close();
}

/**
 * Notes the pages that content scripts send from now on.
 *
 * @returns a function that reads the notes
 */
async function hearing(): Promise<() => Promise<unknown>> {
  const worker = await serviceWorker();
  await worker.evaluate(`
    globalThis.heard = [];
    chrome.runtime.onMessage.addListener(({ call, request }) => {
      if (call === 'read') heard.push(request.page.url);
    });`);
  return () => worker.evaluate('heard');
}

/** The addresses of the pages in which the content script runs. */
async function readSites(): Promise<unknown> {
  const scripts = 'chrome.scripting.getRegisteredContentScripts()';
  return (await serviceWorker()).evaluate(`${scripts}.then((all) => all.flatMap(({ matches }) => matches))`);
}

async function chooseSite(panel: Page): Promise<void> {
  await panel.getByRole('textbox', { name: 'Another site' }).fill(site);
  await panel.getByRole('button', { name: 'Remember this site' }).click();
  await expect(panel.getByRole('status')).toHaveText('Pages of 127.0.0.1 are remembered from now on.');
}

test('remembers pages of chosen sites, and finds the pages by meaning, also after the service worker was stopped', async () => {
  const panel = await openPanel();
  await chooseSite(panel);
  for (const path of Object.keys(ARTICLES)) await read(panel, path);
  await panel.reload();
  await expect(pages(panel)).toHaveText(['The planets in winter', 'Mending a flat tyre', 'A loaf with a sour starter']);

  const text = panel.getByRole('searchbox');
  for (const [question, title] of [
    ['astronomy', 'The planets in winter'],
    ['baking', 'A loaf with a sour starter'],
    ['repair my bike', 'Mending a flat tyre'],
  ] as const) {
    await text.fill(question);
    await expect(pages(panel)).toHaveText([title]);
  }
  // The menu of the pages was not read: its passage would be on every page, and the nearest.
  await text.fill('volcanoes');
  await expect(pages(panel)).toHaveText(['The planets in winter']);
  await expect(panel.getByRole('list', { name: 'Pages' })).not.toContainText('newsletter');

  const devtools = await context.newCDPSession(panel);
  await devtools.send('ServiceWorker.enable');
  await devtools.send('ServiceWorker.stopAllWorkers');
  await text.fill('cooking');
  await expect(pages(panel)).toHaveText(['A loaf with a sour starter']);
  await text.fill('wine');
  await expect(panel.getByRole('status')).toHaveText('No remembered page is about this.');
  await text.fill('');
  await panel.getByRole('combobox', { name: 'Site' }).selectOption('127.0.0.1');
  await expect(pages(panel)).toHaveCount(3);
});

test('reads nothing of other sites, remembers nothing while paused, and forgets', async () => {
  const panel = await openPanel();
  expect(await readSites()).toEqual([]);
  await chooseSite(panel);
  await expect.poll(readSites).toEqual(['*://127.0.0.1/*']);
  await panel.getByRole('checkbox', { name: 'Paused' }).check();
  const heard = await hearing();
  const other = await context.newPage();
  await other.goto(`${site}/stars`);
  await expect.poll(heard).toEqual([`${site}/stars`]);
  await other.close();
  await panel.getByRole('checkbox', { name: 'Paused' }).uncheck();
  await read(panel, '/bread');
  await read(panel, '/bicycle');
  await expect(pages(panel)).toHaveText(['Mending a flat tyre', 'A loaf with a sour starter']);

  await panel.getByRole('button', { name: 'Forget “Mending a flat tyre”' }).click();
  await expect(pages(panel)).toHaveText(['A loaf with a sour starter']);
  await expect(sites(panel)).toContainText(['127.0.0.1 (1)']);
  await sites(panel).getByRole('button', { name: 'Forget' }).click();
  await expect(sites(panel)).toContainText(['127.0.0.1 (0)']);
  await sites(panel).getByRole('button', { name: 'Stop' }).click();
  await expect(sites(panel)).toHaveCount(0);
  await expect.poll(readSites).toEqual([]);
});
