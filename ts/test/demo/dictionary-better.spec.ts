/** The better model of the dictionary: asked for, loaded, indexed, and kept. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { Dictionary } from './dictionary';
import { expect, test } from './support';

const MODEL = fileURLToPath(new URL('../../../../shared/models/all-MiniLM-L6-v2', import.meta.url));
const SENSES = 200;
const ADDRESS = `/?senses=${SENSES}&q=adult+male+person`;

/** A visitor without kept files, and the requests for the model. */
async function visited(
  browser: Browser,
  baseURL: string | undefined,
  use: (dictionary: Dictionary, requests: string[]) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ ...(baseURL !== undefined && { baseURL }) });
  const requests: string[] = [];
  context.on('request', (request) => /\/resolve\/main\//.test(request.url()) && requests.push(request.url()));
  const dictionary = new Dictionary(await context.newPage());
  await dictionary.page.goto(ADDRESS);
  await dictionary.expectReady(SENSES);
  await use(dictionary, requests);
  await context.close();
}

const asked = (page: Page) => page.getByRole('dialog', { name: 'Load a better model?' });
const told = (page: Page) => page.locator('#model-text');
/** The radio button is below its label. */
const choose = (page: Page, label: RegExp) => page.locator('#model label', { hasText: label }).click();
const isChosen = (page: Page, name: RegExp) => expect(page.getByRole('radio', { name })).toBeChecked();

test('the page says what the better model costs, and loads nothing without consent', async ({ browser, baseURL }) => {
  await visited(browser, baseURL, async ({ page }, requests) => {
    for (const leave of [
      () => page.getByRole('button', { name: 'Not now' }).click(),
      () => page.keyboard.press('Escape'),
    ]) {
      await choose(page, /Better, 23 MB/);
      await expect(asked(page)).toContainText('loads 37.6 MB once: 23.3 MB from ');
      await expect(asked(page)).toContainText('and 14.3 MB of its runtime from this site');
      await leave();
      await expect(asked(page)).toBeHidden();
      await isChosen(page, /Small model/);
    }
    expect(requests).toEqual([]);
  });
});

test('the better model answers once its index is complete, and the next visit loads nothing', async ({
  browser,
  baseURL,
}) => {
  test.skip(!existsSync(MODEL), `the model is not at ${MODEL}`);
  await visited(browser, baseURL, async (dictionary) => {
    const { page } = dictionary;
    await dictionary.expectFirst('man');
    await choose(page, /Better/);
    await page.getByRole('button', { name: 'Load the model' }).click();
    await expect(told(page)).toContainText(/small model answers (?:meanwhile|until)/);
    await dictionary.ask('female adult', 'woman');
    await expect(dictionary.code).toContainText('edgevec-static-model');
    await expect(told(page)).toHaveText('all-MiniLM answers, on this device.');
    await expect(dictionary.code).toContainText("embedder('Xenova/all-MiniLM-L6-v2', { dtype: 'q8' })");
    await expect(dictionary.fact('Bytes sent')).toHaveText('0');
    await dictionary.ask('adult male person', 'man');

    await choose(page, /Small model/);
    await expect(dictionary.code).toContainText('edgevec-static-model');
    await choose(page, /Better/);
    await expect(told(page)).toHaveText('all-MiniLM answers, on this device.');

    const again: string[] = [];
    page.on('request', (request) => /model_quantized/.test(request.url()) && again.push(request.url()));
    await page.reload();
    await dictionary.expectFirst('man');
    await expect(told(page)).toHaveText('all-MiniLM answers, on this device.');
    expect(again).toEqual([]);
  });
});

test('an index that was cut short goes on', async ({ browser, baseURL }) => {
  test.skip(!existsSync(MODEL), `the model is not at ${MODEL}`);
  await visited(browser, baseURL, async ({ page }) => {
    await choose(page, /Better/);
    await page.getByRole('button', { name: 'Load the model' }).click();
    await expect(told(page)).toHaveText('all-MiniLM answers, on this device.');
    await page.goto(`/?senses=${SENSES + 60}`);
    await expect(told(page)).toContainText(`The better index has ${SENSES} of ${SENSES + 60} senses`);
    await expect(told(page)).toHaveText('all-MiniLM answers, on this device.');
  });
});

test('a download that fails is told, and the small model goes on', async ({ browser, baseURL, browserName }) => {
  test.skip(browserName !== 'chromium', 'only Playwright with Chromium takes the network away from workers');
  await visited(browser, baseURL, async (dictionary) => {
    const { page } = dictionary;
    await page.context().setOffline(true);
    await choose(page, /Better/);
    await page.getByRole('button', { name: 'Load the model' }).click();
    await expect(page.locator('#model-problem')).toBeVisible();
    await expect(told(page)).toContainText('Nothing is lost, and the small model answers.');
    await isChosen(page, /Small model/);
    await dictionary.ask('female adult', 'woman');
    await page.context().setOffline(false);
  });
});
