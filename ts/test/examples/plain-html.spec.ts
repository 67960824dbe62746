/** A page without a bundler: a search by meaning, and edited sentences. */
import { expect } from '@playwright/test';
import { test } from './apps.js';

test('sentences are found by meaning, also after an edit', async ({ page, started }) => {
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(await started('plain-html'));
  const hits = page.getByRole('listitem');
  await expect(hits).toHaveCount(4);
  await expect(hits.first()).toContainText('the tea is nearly ready');
  await page.getByLabel('Search').fill('repair a bike');
  await expect(hits.first()).toContainText('bicycle');

  await page.getByLabel('Sentences').fill('The cook peels potatoes.\nThe judge read the verdict.');
  await expect(hits).toHaveCount(2);
  await page.getByLabel('Search').fill('a trial in court');
  await expect(hits.first()).toContainText('verdict');
  expect(errors).toEqual([]);
});
