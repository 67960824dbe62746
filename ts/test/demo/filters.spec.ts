import type { Locator, Page } from '@playwright/test';
import { filterOf, selectionOf } from '../../../examples/demo/src/lab/filter/selection';
import { AUTHORS, BOOKS, type Book, buildBooks, ROWS } from './books';
import type { Demo } from './page';
import { expect, test } from './support';

const [ANN, CARL, EVA] = AUTHORS;

/** How many rows of the data set match. */
const count = (matches: (book: Book) => boolean) => BOOKS.filter(matches).length;
const isBy = (name: string) => (book: Book) => book.author === name.toLowerCase().replace(' ', '-');

/** The check box of a value. Its name ends with the number of rows. */
const box = (demo: Demo, field: string, value: string) =>
  demo.filter(field).getByRole('checkbox', { name: new RegExp(`^${value} `) });

async function expectCount(demo: Demo, field: string, value: string, rows: number) {
  await expect(box(demo, field, value)).toHaveAccessibleName(`${value} ${rows} ${rows === 1 ? 'row' : 'rows'}`);
}

const expectMatching = (demo: Demo, rows: number) => expect(demo.matching).toHaveText(`${rows} of ${ROWS} rows match.`);

async function expectEach(hits: Locator, number: number, text: RegExp) {
  await expect(hits).toHaveCount(number);
  await expect(hits.filter({ hasText: text })).toHaveCount(number);
}

test('each value has its number of rows, and the hits obey the chosen values', async ({ books: demo }) => {
  await expect(demo.matching).toHaveText(`All ${ROWS} rows are searched.`);
  for (const author of AUTHORS) await expectCount(demo, 'Author', author, count(isBy(author)));
  await expectCount(demo, 'Tags', 'fourth', ROWS / 4);

  await demo.search.getByLabel('Hits (k)').selectOption('50');
  await box(demo, 'Author', CARL).check();
  await expectMatching(demo, count(isBy(CARL)));
  await expectEach(demo.hits, 50, /Carl Dorn/);
  await expect(demo.outcome).toHaveText(/^50 hits in [\d.]+ (µs|ms|s)\. |^50 hits in less than a clock tick\. /);

  // A second value of the field adds rows, and a value of another field takes rows away.
  await box(demo, 'Author', EVA).check();
  await expectMatching(demo, count(isBy(CARL)) + count(isBy(EVA)));
  await box(demo, 'Tags', 'fourth').check();
  await expectMatching(
    demo,
    count((book) => book.tags.includes('fourth') && !isBy(ANN)(book)),
  );
  await expectEach(demo.hits, 40, /Carl Dorn|Eva Fink/);
  await expect(demo.outcome).toContainText('No other row matches the filters.');
});

test('the counts of a field follow the choices in the other fields', async ({ books: demo }) => {
  await box(demo, 'Tags', 'fourth').check();
  for (const author of AUTHORS) {
    await expectCount(
      demo,
      'Author',
      author,
      count((book) => book.tags.includes('fourth') && isBy(author)(book)),
    );
  }
  await expectCount(demo, 'Tags', 'even', ROWS / 2);
  await expectCount(demo, 'Tags', 'odd', ROWS / 2);

  await box(demo, 'Author', ANN).check();
  await expectCount(demo, 'Author', CARL, ROWS / 12);
  await expectCount(
    demo,
    'Tags',
    'odd',
    count((book) => book.tags.includes('odd') && isBy(ANN)(book)),
  );
  // A value without rows stays in the list.
  await demo.filter('Work').getByRole('button', { name: 'Show all 12' }).click();
  await expectCount(demo, 'Work', 'Volume 1', 0);
  await expect(demo.filter('Work').getByRole('checkbox')).toHaveCount(12);
});

test('a range leaves out the rows outside', async ({ books: demo }) => {
  const years = demo.filter('Year');
  await years.getByLabel('From').fill('1950');
  await expectMatching(
    demo,
    count(({ year }) => year >= 1950),
  );
  await years.getByLabel('To').fill('1959');
  const inFifties = ({ year }: Book) => year >= 1950 && year <= 1959;
  await expectMatching(demo, count(inFifties));
  await expectCount(
    demo,
    'Author',
    ANN,
    count((book) => inFifties(book) && isBy(ANN)(book)),
  );
  await expect(demo.code).toContainText('year: { $gte: 1950, $lte: 1959 }');

  // In a stock Firefox, `fill` alone appends to a number field.
  await years.getByLabel('To').clear();
  await years.getByLabel('To').fill('1949');
  await expectMatching(demo, 0);
  await expect(years.getByLabel('From')).toHaveAttribute('aria-invalid', 'true');
  await expect(demo.hits).toHaveCount(0);
  await expect(demo.outcome).toContainText('No row matches the filters.');

  await demo.search.getByRole('button', { name: 'Clear filters' }).click();
  await expect(demo.matching).toHaveText(`All ${ROWS} rows are searched.`);
  await expect(years.getByLabel('From')).toHaveValue('');
  await expect(years.getByLabel('From')).toHaveAttribute('aria-invalid', 'false');
  await expect(demo.hits).toHaveCount(10);
  await expect(demo.code).not.toContainText('filter');
});

test('synthetic rows can be filtered by cluster, direction and offset', async ({ filled: demo }) => {
  const first = demo.filter('Cluster').getByRole('checkbox').first();
  const [, cluster, rows] =
    ((await first.evaluate((box) => box.closest('label')?.textContent)) ?? '').match(/^(\d+) (\d+)/) ?? [];
  await first.check();
  await expect(demo.matching).toHaveText(`${rows} of 2,000 rows match.`);
  await expectEach(demo.hits, 10, new RegExp(`cluster ${cluster}, direction \\d+, offset [\\d.]+$`));
  await expect(demo.code).toContainText(`filter: { cluster: ${cluster} },`);
  await expect(demo.filter('Direction').getByRole('button', { name: 'Show all 40' })).toBeVisible();
  await expect(demo.filter('Offset').getByLabel('From')).toBeVisible();
});

test('a measurement obeys the filters', async ({ filled: demo }) => {
  await demo.filter('Cluster').getByRole('checkbox').first().check();
  await demo.measure.getByLabel('Queries').selectOption('100');
  await demo.measure.getByRole('button', { name: 'Measure' }).click();
  const recall = demo.fact('measure', 'Recall@10, 0.95 asked, filtered');
  await expect(recall).toHaveText(/^[01]\.\d{3}$/);
  expect(Number(await recall.textContent())).toBeGreaterThanOrEqual(0.9);
  await expect(demo.measure.getByText('10 hits each of the rows that match')).toBeVisible();
});

test('a reload and a link keep the filters', async ({ demo, page }) => {
  await demo.build(2000, 64);
  // Each step changes the number, so a number of the step before is never taken for the result.
  for (const step of [
    () => demo.filter('Cluster').getByRole('checkbox').nth(1).check(),
    () => demo.filter('Cluster').getByRole('checkbox').nth(2).check(),
    () => demo.filter('Offset').getByLabel('From').fill('5'),
  ]) {
    const before = (await demo.matching.textContent()) ?? '';
    await step();
    await expect(demo.matching).not.toHaveText(before);
  }
  await expect(demo.matching).toHaveText(/^[1-9]\d* of 2,000 rows match\.$/);
  const matching = (await demo.matching.textContent()) ?? '';
  const nearest = (await demo.hits.first().textContent()) ?? '';
  const check = async () => {
    await expect(demo.matching).toHaveText(matching);
    await expect(demo.filter('Cluster').getByRole('checkbox', { checked: true })).toHaveCount(2);
    await expect(demo.filter('Offset').getByLabel('From')).toHaveValue('5');
    await expect(demo.hits.first()).toHaveText(nearest);
  };
  await page.reload();
  await check();

  // The link, in a browser without the rows.
  const link = page.url();
  await demo.answer(true, () => demo.startOver.click());
  await expect(demo.index.getByText('No index yet.')).toBeVisible();
  await page.goto(link);
  await demo.startBuild();
  await demo.expectReady(2000);
  await check();
});

test('an address with a filter only shows the stored rows', async ({ demo, page }) => {
  await demo.build(700, 24);
  await page.goto(address({ cluster: 3 }));
  await expect(demo.matching).toHaveText(/^\d+ of 700 rows match\.$/);
  await expect(page.getByLabel('Rows', { exact: true })).toHaveValue('700');
  await expectEach(demo.hits, await demo.hits.count(), /cluster 3,/);
});

test('reports the parts of an address that cannot be a filter here', async ({ demo, page }) => {
  await demo.build(300, 16);
  for (const text of ['{', '{"offset":{"$gte":"1"}}']) {
    await page.goto(`/lab/?filter=${encodeURIComponent(text)}`);
    await expect(demo.notices).toContainText('The address has a filter that this page cannot show.');
    await expect(demo.matching).toHaveText('All 300 rows are searched.');
  }
  await page.goto(address({ author: 'plato', cluster: 3 }));
  await expect(demo.notices).toContainText('the page has left it out: author.');
  await expect(demo.code).toContainText('filter: { cluster: 3 },');
  expect(new URL(page.url()).searchParams.get('filter')).toBe('{"cluster":3}');
});

// Without a page, since each opening of the demo costs processor time.
test('a filter is read back as the choices that make the filter, and no other filter is read', () => {
  for (const filter of [
    { cluster: 3 },
    { cluster: { $in: [3, 4] }, tags: { $containsAny: ['even'] } },
    { offset: { $gte: 1 } },
    { offset: { $gte: 1, $lte: 2.5 } },
  ]) {
    expect(filterOf(selectionOf(filter) ?? new Map())).toEqual(filter);
  }
  for (const filter of [
    null,
    [],
    { $or: [] },
    { cluster: { $ne: 1 } },
    { cluster: { $in: [3], $gte: 1 } },
    { cluster: { $in: [] } },
    { cluster: { $in: [[3]] } },
    { offset: { $gte: '1' } },
    { offset: {} },
  ]) {
    expect(selectionOf(filter), JSON.stringify(filter)).toBeNull();
  }
});

const address = (filter: object) => `/lab/?filter=${encodeURIComponent(JSON.stringify(filter))}`;

test('filters need no pointer', async ({ books: demo, browserName }) => {
  const tab = browserName === 'webkit' ? 'Alt+Tab' : 'Tab';
  const summary = demo.search.locator('#filters > summary');
  const author = demo.filter('Author').getByRole('checkbox');
  // The key goes to the next element that exists, so the boxes must be on the page.
  await expect(author).toHaveCount(AUTHORS.length);
  await summary.focus();
  await demo.page.keyboard.press(tab);
  await expect(author.first()).toBeFocused();
  await demo.page.keyboard.press(tab);
  await demo.page.keyboard.press('Space');
  await expect(author.nth(1)).toBeChecked();
  await expectMatching(demo, ROWS / 3);
  await expect(author.nth(1)).toBeFocused();

  const clear = demo.search.getByRole('button', { name: 'Clear filters' });
  await clear.focus();
  await demo.page.keyboard.press('Enter');
  await expect(clear).toBeHidden();
  await expect(summary).toBeFocused();
  await demo.page.keyboard.press('Enter');
  await expect(author.first()).toBeHidden();
});

test('the focus stays on a list whose order changes', async ({ books: demo }) => {
  const value = box(demo, 'Work', 'Volume 3');
  await value.focus();
  // Another field changes the counts, as a write of another tab would.
  await box(demo, 'Author', ANN).evaluate((element) => (element as HTMLInputElement).click());
  await expectCount(demo, 'Work', 'Volume 3', ROWS / 12);
  await expectMatching(demo, ROWS / 3);
  await expect(value).toBeFocused();
});

/** How far the page could be scrolled sideways, in pixels. A scrollbar takes some of the window. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('on a phone, the filters open with a tap, and fit', async ({ demo, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.reload();
  await buildBooks(demo);
  await expect(demo.filter('Author')).toBeHidden();
  await demo.openFilters();
  await box(demo, 'Author', ANN).check();
  await expectMatching(demo, ROWS / 3);
  expect(await overflow(page)).toBe(0);
  const small = await demo.search
    .locator('#facets :is(label.check, button, input[type=number]):visible')
    .evaluateAll((parts) => parts.filter((part) => part.getBoundingClientRect().height < 32).length);
  expect(small).toBe(0);
});
