// The pages of the site, as a reader meets the pages.

import { expect, test } from '@playwright/test';

test('the menu leads from the first page to a guide', async ({ page }) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto('');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Documentation of EdgeVec');
  await page.getByRole('link', { name: 'Filters', exact: true }).first().click();
  await expect(page).toHaveURL(/\/filters\.html$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Filters/);
  expect(problems).toEqual([]);
});

test('a link to a heading ends at the heading', async ({ page }) => {
  await page.goto('tuning.html');
  await page.goto('persistence.html#how-large-how-long');
  await expect(page.getByRole('heading', { name: 'How large, how long' })).toBeInViewport();
});

test('a link to a file outside of the documentation leads to the repository', async ({ page }) => {
  await page.goto('examples.html');
  const link = page.getByRole('main').getByRole('link', { name: 'examples/react-notes' });
  await expect(link).toHaveAttribute('href', /^https:\/\/github\.com\/.*\/tree\/main\/examples\/react-notes$/);
});

test('the reference has the calls of an open database, from their comments', async ({ page }) => {
  await page.goto('api/');
  await page.getByRole('main').getByRole('link', { name: 'EdgeVec', exact: true }).click();
  await page.getByRole('link', { name: 'search()', exact: true }).click();
  await expect(page).toHaveURL(/\/api\/edgevec\/classes\/EdgeVec\.html#search$/);
  const heading = page.getByRole('heading', { name: 'search()' });
  await expect(heading).toBeInViewport();
  await expect(page.getByText('rows nearest to').first()).toBeAttached();
});
