/** Next: a route handler searches in Node, and a client component keeps recipes in the browser. */
import { expect, type Page } from '@playwright/test';
import { test } from './apps.js';

const found = (page: Page) =>
  page.getByRole('region', { name: 'Found on the server' }).getByRole('heading', { level: 3 });
const kept = (page: Page) =>
  page.getByRole('region', { name: 'Kept on this device' }).getByRole('heading', { level: 3 });

async function search(page: Page, text: string): Promise<void> {
  await page.getByRole('searchbox').fill(text);
  await page.getByRole('button', { name: 'Search' }).click();
}

test('the route handler finds by meaning, and refuses an empty question', async ({ request, started }) => {
  const url = await started('next-app');
  const answer = await request.get(`${url}api/search?q=something+hot+on+a+cold+morning`);
  const { question, found } = await answer.json();
  expect([question.length, found.length, found[0].title]).toEqual([256, 5, 'Porridge']);
  expect((await request.get(`${url}api/search?q=`)).status()).toBe(400);
});

test('the server renders the page, and the browser keeps recipes', async ({ page, request, started }) => {
  const url = await started('next-app');
  expect(await (await request.get(url)).text()).toContain('Kept on this device');
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(url);
  await expect(page.getByText('No recipe yet.')).toBeVisible();
  await search(page, 'something hot on a cold morning');
  await expect(found(page).first()).toHaveText(/^Porridge/);
  await page.getByRole('button', { name: 'Keep Porridge' }).click();
  await expect(kept(page)).toHaveText([/^Porridge/]);
  await search(page, 'dinner for guests');
  await expect(found(page).first()).toHaveText(/^Roast chicken/);
  await page.getByRole('button', { name: 'Keep Roast chicken' }).click();
  // The browser orders the kept recipes by the same question.
  await expect(kept(page)).toHaveText([/^Roast chicken/, /^Porridge/]);
  await search(page, 'something hot on a cold morning');
  await expect(kept(page)).toHaveText([/^Porridge/, /^Roast chicken/]);
  await page.reload();
  await expect(kept(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Remove Porridge' }).click();
  await expect(kept(page)).toHaveText(['Roast chicken']);
  expect(errors).toEqual([]);
});
