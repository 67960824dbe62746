import { expect, test } from './support';

test.beforeEach(async ({ demo }) => {
  await demo.build(2000, 64);
});

test('a stored row is its own nearest', async ({ demo }) => {
  await demo.search.getByLabel('More like row').fill('123');
  await demo.search.getByRole('button', { name: 'Search' }).click();
  await expect(demo.search.getByRole('heading', { name: 'Nearest to row 123' })).toBeVisible();
  await expect(demo.hits).toHaveCount(10);
  await expect(demo.hits.first().getByRole('button', { name: 'More like row 123', exact: true })).toBeVisible();
  await expect(demo.hits.first()).toContainText('distance 0.0000');
  await expect(demo.search.getByRole('status')).toContainText('hits in');
});

test('a hit leads to more like it, and back', async ({ demo }) => {
  const next = demo.hits.nth(1).getByRole('button');
  const name = (await next.textContent())?.replace('More like ', '') ?? '';
  await next.click();
  await expect(demo.search.getByRole('heading', { name: `Nearest to ${name}`, exact: true })).toBeVisible();
  await demo.search.getByRole('button', { name: 'Back' }).click();
  await expect(demo.search.getByRole('heading', { name: 'Nearest to row 0', exact: true })).toBeVisible();
});

test('a query that is not stored finds rows too', async ({ demo }) => {
  await demo.search.getByRole('button', { name: 'New query' }).click();
  await expect(demo.search.getByRole('heading', { name: 'Nearest to new query 1' })).toBeVisible();
  await expect(demo.hits).toHaveCount(10);
});

test('exact search compares every row', async ({ demo }) => {
  await demo.search.getByLabel('Exact').check();
  await expect(demo.search.getByRole('status')).toContainText('Every row was compared.');
  await expect(demo.search.getByLabel('Effort (ef)')).toBeDisabled();
});

test('fewer or more hits can be asked for', async ({ demo }) => {
  await demo.search.getByLabel('Hits (k)').selectOption('5');
  await expect(demo.hits).toHaveCount(5);
});

test('a row that is not there is said so', async ({ demo }) => {
  await demo.search.getByLabel('More like row').fill('2000');
  await demo.search.getByRole('button', { name: 'Search' }).click();
  await expect(demo.search.getByRole('alert')).toHaveText('There is no row 2000. Rows go from 0 to 1,999.');
});
