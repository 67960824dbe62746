// The search of the site: by EdgeVec, in the page.

import { expect, type Page, test } from '@playwright/test';

/** Asks in the dialog, and returns the list of places. */
async function ask(page: Page, question: string) {
  const field = page.getByRole('dialog').getByRole('combobox');
  await field.fill(question);
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('places. Loaded');
  return page.getByRole('dialog').getByRole('option');
}

const QUESTIONS = [
  { question: 'how do I keep the data when the page is closed', page: 'Persistence' },
  { question: 'trade recall for speed', page: 'Tuning' },
  { question: 'read vectors from a numpy file', page: 'Files of numpy and Parquet' },
  { question: 'works without network', page: 'offline' },
  { question: 'QUOTA', page: 'Troubleshooting' },
];

test('questions lead to their pages', async ({ page }) => {
  await page.goto('tuning.html');
  await page.getByRole('button', { name: 'Search' }).click();
  for (const { question, page: title } of QUESTIONS) {
    const places = await ask(page, question);
    await expect(places.filter({ hasText: title }).first(), question).toBeVisible();
  }
});

test('the keyboard opens the search, chooses a place and goes there', async ({ page }) => {
  await page.goto('tuning.html');
  // The page listens as soon as the button works.
  await page.getByRole('button', { name: 'Search' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('Control+k');
  const places = await ask(page, 'startsWith');
  await expect(places.first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(places.nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page).toHaveURL(/(?:filters|Filter|FieldOperators)/);
});

test('nothing of the search is loaded before somebody asks', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto('');
  const home = page.getByRole('region', { name: 'EdgeVec', exact: true });
  await expect(home.getByRole('combobox')).toBeVisible();
  expect(asked.filter((url) => /static-en-256|\.edgevec/.test(url))).toEqual([]);
  await home.getByRole('combobox').fill('more like this');
  await expect(home.getByRole('option').first()).toContainText('More like this');
  expect(asked.filter((url) => /static-en-256|\.edgevec/.test(url))).toHaveLength(2);
  const { origin } = new URL(page.url());
  expect(asked.filter((url) => !url.startsWith(origin) && !/^(?:blob|data):/.test(url))).toEqual([]);
});
