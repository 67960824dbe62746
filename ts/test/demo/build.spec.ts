import { expect, test } from './support';

test('builds an index and reports the result', async ({ demo }) => {
  await demo.build(2000, 64);
  const progress = demo.index.getByRole('progressbar', { name: 'Index build' });
  await expect(progress).toHaveJSProperty('value', 2000);
  await expect(demo.fact('index', 'Rows a second')).toHaveText(/^[\d,]+$/);
  await expect(demo.fact('index', 'Memory')).toHaveText(/ [kMG]B$/);
  await expect(demo.fact('index', 'Runs in')).toHaveText('a worker');
  await expect(demo.fact('index', 'WebAssembly')).toHaveText(/simd/);
});

test('shows the rows that a build adds or replaces', async ({ filled: demo }) => {
  await expect(demo.page.getByText('512 kB of vectors, in place of the 2,000 rows that are there')).toBeVisible();
  await demo.fill(3000, 64);
  await expect(demo.page.getByText('256 kB of vectors, added to the 2,000 rows that are there')).toBeVisible();
});

test('frames are shown of a build only', async ({ demo, page }) => {
  const frames = demo.index.getByRole('figure');
  await expect(frames).toBeHidden();
  await demo.build(2000, 64);
  await expect(frames).toHaveText(/[\d,]+ frames of this page meanwhile, at most [\d,]+ ms from one to the next\./);
  await page.reload();
  await demo.expectReady(2000);
  await expect(frames).toBeHidden();
});

test('builds in the page’s own thread', async ({ demo, page }) => {
  await page.getByText('Options').click();
  await page.getByLabel('Runs in').selectOption('in-thread');
  await demo.build(500, 16);
  await expect(demo.fact('index', 'Runs in')).toHaveText('this thread');
  await expect(demo.hits).toHaveCount(10);
});

test('a cancelled build stops, and another can follow', async ({ demo, page }) => {
  await demo.build(300, 384);
  // The build adds rows to the rows that are there. A cancelled build keeps its finished batches,
  // and may have none yet.
  await demo.fill(100_000, 384);
  await page.getByRole('button', { name: 'Add 99,700 rows' }).click();
  await expect(demo.fact('index', 'Rows').first()).toHaveText(/^(?!300 )[1-9][\d,]* of 100,000$/);
  await page.getByRole('button', { name: 'Cancel build' }).click();
  await expect(demo.index.getByText(/^Cancelled\. The [\d,]+ rows that are in can be searched\.$/)).toBeVisible();
  await demo.rebuild(500, 16);
  await expect(demo.hits).toHaveCount(10);
});

test('explains a mistake beside the field with the mistake', async ({ demo, page }) => {
  await demo.fill(2000, 5000);
  await demo.startBuild();
  await expect(page.getByRole('alert').filter({ hasText: 'Dimensions' })).toHaveText(
    'Dimensions must be a whole number from 1 to 4,096.',
  );
  await expect(page.getByLabel('Dimensions', { exact: true })).toBeFocused();
});

test('the address of a built page builds the same again', async ({ demo, page }) => {
  await demo.build(1000, 16);
  const nearest = await demo.hits.nth(1).textContent();
  await page.goto(page.url());
  await demo.answer(true, () => demo.startBuild());
  await demo.expectReady(1000);
  await expect(demo.hits.nth(1)).toHaveText(nearest ?? '');
});
