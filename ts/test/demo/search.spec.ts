import { runPasted } from './pasted';
import { expect, test } from './support';

test('a stored row is the nearest hit of its own vector', async ({ filled: demo }) => {
  await demo.search.getByLabel('More like row').fill('123');
  await demo.search.getByRole('button', { name: 'Search' }).click();
  await expect(demo.search.getByRole('heading', { name: 'Nearest to row 123' })).toBeVisible();
  await expect(demo.hits).toHaveCount(10);
  await expect(demo.hits.first().getByRole('button', { name: 'More like row 123', exact: true })).toBeVisible();
  await expect(demo.hits.first()).toContainText('distance 0.0000');
  await expect(demo.outcome).toContainText('hits in');
});

test('a hit leads to similar rows, and back', async ({ filled: demo }) => {
  const next = demo.hits.nth(1).getByRole('button');
  const name = (await next.textContent())?.replace('More like ', '') ?? '';
  await next.click();
  await expect(demo.search.getByRole('heading', { name: `Nearest to ${name}`, exact: true })).toBeVisible();
  await demo.search.getByRole('button', { name: 'Back' }).click();
  await expect(demo.search.getByRole('heading', { name: 'Nearest to row 0', exact: true })).toBeVisible();
});

test('a query outside the index finds rows too', async ({ filled: demo }) => {
  await demo.search.getByRole('button', { name: 'New query' }).click();
  await expect(demo.search.getByRole('heading', { name: 'Nearest to new query 1' })).toBeVisible();
  await expect(demo.hits).toHaveCount(10);
});

test('exact search compares every row', async ({ filled: demo }) => {
  await demo.search.getByLabel('Exact').check();
  await expect(demo.outcome).toContainText('Every row was compared.');
  await expect(demo.search.getByLabel('0.95')).toBeDisabled();
  await expect(demo.code).toContainText('exact: true');
});

test('the code on the page is the code of the search', async ({ filled: demo }) => {
  await expect(demo.code).toContainText("name: 'demo',\n  dimensions: 64,\n});");
  await expect(demo.code).toContainText('search(query, {\n  k: 10,\n  recall: 0.95,\n});');
  await demo.search.getByText('0.9', { exact: true }).click();
  await expect(demo.code).toContainText('recall: 0.9,');

  await demo.search.getByText('Advanced').click();
  await demo.search.getByLabel('Set ef instead of recall').check();
  await expect(demo.code).toContainText('search(query, {\n  k: 10,\n  ef: 100,\n});');
  await expect(demo.search.getByLabel('0.95')).toBeDisabled();
  await demo.search.getByRole('slider').press('Home');
  await expect(demo.code).toContainText('ef: 10,');
  await demo.search.getByLabel('Set ef instead of recall').uncheck();
  await expect(demo.code).toContainText('recall: 0.9,');

  // The form now differs from the open index.
  await demo.page.getByRole('button', { name: '768 dimensions' }).click();
  await expect(demo.code).toContainText('dimensions: 64,');
});

test('the code on the page runs as it stands', async ({ filled: demo, page }) => {
  await demo.search.getByLabel('Hits (k)').selectOption('5');
  const code = (await demo.code.textContent()) ?? '';
  const hit = /^\d+ 0\.\d+$/;
  const lines = await runPasted(page, code, hit, 5);
  expect(lines).toContain('1000 rows');
  expect(lines.filter((line) => hit.test(line))).toHaveLength(5);
});

test('fewer or more hits can be asked for', async ({ filled: demo }) => {
  await demo.search.getByLabel('Hits (k)').selectOption('5');
  await expect(demo.hits).toHaveCount(5);
});

test('a missing row is reported', async ({ filled: demo }) => {
  await demo.search.getByLabel('More like row').fill('2000');
  await demo.search.getByRole('button', { name: 'Search' }).click();
  await expect(demo.search.getByRole('alert')).toHaveText('There is no row 2000. Rows go from 0 to 1,999.');
});
