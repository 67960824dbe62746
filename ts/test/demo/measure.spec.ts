import { expect, test } from './support';

test('shows recall against exact search and latency percentiles', async ({ filled: demo }) => {
  await demo.measure.getByLabel('Queries').selectOption('100');
  await demo.measure.getByRole('button', { name: 'Measure' }).click();
  const recall = demo.fact('measure', 'Recall@10');
  await expect(recall).toHaveText(/^[01]\.\d{3}$/);
  expect(Number(await recall.textContent())).toBeGreaterThanOrEqual(0.9);
  for (const name of ['Mean', 'p50', 'p95', 'p99'])
    await expect(demo.fact('measure', name)).toHaveText(/^[\d.]+ (µs|ms|s)$/);
  await expect(demo.measure.getByRole('img', { name: /^Half of the queries took at most/ })).toBeVisible();

  await demo.measure.getByText('As a table').click();
  await expect(demo.measure.getByRole('row', { name: /^p99 / })).toBeVisible();
});

test('compares widths of search, and the highest finds nearly all', async ({ filled: demo }) => {
  await demo.measure.getByLabel('Queries').selectOption('100');
  await demo.measure.getByRole('button', { name: 'Compare ef' }).click();
  await expect(demo.measure.getByRole('img', { name: /ef 400 finds/ })).toBeVisible();
  await demo.measure.getByRole('figure').filter({ hasText: 'What ef buys' }).getByText('As a table').click();
  const best = await demo.measure.getByRole('row', { name: /^400 / }).getByRole('cell').first().textContent();
  expect(Number(best)).toBeGreaterThanOrEqual(0.98);
  // The curve rises from left to right, even if the measured times vary.
  const points = await demo.measure.locator('polyline').getAttribute('points');
  const along = (points ?? '').split(' ').map((point) => Number(point.split(',')[0]));
  expect(along).toHaveLength(9);
  expect(along).toEqual(along.toSorted((a, b) => a - b));
});

test('measures the chosen search', async ({ filled: demo }) => {
  await demo.measure.getByLabel('Queries').selectOption('100');
  for (const [choose, name] of [
    [() => demo.search.getByText('0.99', { exact: true }).click(), 'Recall@10, 0.99 asked'],
    [() => demo.search.getByLabel('Exact').check(), 'Recall@10, exact'],
  ] as const) {
    await choose();
    await demo.measure.getByRole('button', { name: 'Measure' }).click();
    await expect(demo.fact('measure', name)).toHaveText(/^[01]\.\d{3}$/);
  }
  await expect(demo.fact('measure', 'Recall@10')).toHaveText('1.000');
});
