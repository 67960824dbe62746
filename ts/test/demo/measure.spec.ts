import { expect, test } from './support';

test.beforeEach(async ({ demo }) => {
  await demo.build(2000, 64);
});

test('shows recall against exact search and latency percentiles', async ({ demo }) => {
  await demo.measure.getByLabel('Queries').selectOption('100');
  await demo.measure.getByRole('button', { name: 'Measure' }).click();
  const recall = demo.fact('measure', 'Recall@10');
  await expect(recall).toBeVisible({ timeout: 60_000 });
  expect(Number(await recall.textContent())).toBeGreaterThanOrEqual(0.9);
  for (const name of ['Mean', 'p50', 'p95', 'p99'])
    await expect(demo.fact('measure', name)).toHaveText(/^[\d.]+ (µs|ms|s)$/);
  await expect(demo.measure.getByRole('img', { name: /^Half of the queries took at most/ })).toBeVisible();

  await demo.measure.getByText('As a table').click();
  await expect(demo.measure.getByRole('row', { name: /^p99 / })).toBeVisible();
});

test('compares efforts, and the highest finds nearly all', async ({ demo }) => {
  await demo.measure.getByLabel('Queries').selectOption('100');
  await demo.measure.getByRole('button', { name: 'Compare efforts' }).click();
  await expect(demo.measure.getByRole('img', { name: /ef 400 finds/ })).toBeVisible({ timeout: 60_000 });
  await demo.measure.getByRole('figure').filter({ hasText: 'What effort buys' }).getByText('As a table').click();
  const best = await demo.measure.getByRole('row', { name: /^400 / }).getByRole('cell').first().textContent();
  expect(Number(best)).toBeGreaterThanOrEqual(0.98);
});
