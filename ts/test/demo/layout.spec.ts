import type { Locator } from '@playwright/test';
import { expect, test } from './support';

const PHONE = { width: 390, height: 844 };

/** The vertical position on the page in pixels, independent of scrolling. */
const top = (part: Locator) => part.evaluate((element) => Math.round(element.getBoundingClientRect().top + scrollY));

/** Whether `first` comes before `second`, to the eye and to the keyboard. */
async function isBefore(first: Locator, second: Locator): Promise<boolean> {
  const follows = await first.evaluate(
    (element, other) => (element.compareDocumentPosition(other as Node) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
    await second.elementHandle(),
  );
  expect((await top(first)) < (await top(second))).toBe(follows);
  return follows;
}

for (const width of [1280, 1000]) {
  test(`at a width of ${width}, results push nothing away`, async ({ demo, page }) => {
    await page.setViewportSize({ width, height: 800 });
    const parts = [demo.code, demo.measure, page.locator('#clock')];
    const places = () => Promise.all(parts.map(top));
    await demo.fill(2000, 64);
    // Room is made with the click. The page itself reads the places, because a small build may end
    // before a call from outside arrives.
    const before = await page.evaluate(
      async ([build, state, ...parts]) => {
        const begun = new Promise((resolve) => {
          new MutationObserver(resolve).observe(state as Node, { attributeFilter: ['data-phase'] });
        });
        (build as HTMLElement).click();
        await begun;
        const phase = (state as HTMLElement).dataset['phase'];
        if (phase !== 'building') throw new Error(`The first phase is ${phase}.`);
        return parts.map((part) => Math.round((part as HTMLElement).getBoundingClientRect().top + scrollY));
      },
      await Promise.all(
        [page.getByRole('button', { name: 'Build index' }), page.locator('#index-state'), ...parts].map((part) =>
          part.elementHandle(),
        ),
      ),
    );
    await demo.expectReady(2000);
    await expect(demo.hits).toHaveCount(10);
    expect(await places()).toEqual(before);
    await demo.measure.getByLabel('Queries').selectOption('100');
    await demo.measure.getByRole('button', { name: 'Measure' }).click();
    await expect(demo.fact('measure', 'Recall@10')).toHaveText(/^[01]\.\d{3}$/);
    expect(await places()).toEqual(before);
  });
}

test('on a phone, search comes first after a build or an opening, and hits are on the first screen', async ({
  demo,
  page,
}) => {
  await page.setViewportSize(PHONE);
  const data = page.getByRole('region', { name: 'Data' });
  expect(await isBefore(data, demo.search)).toBe(true);
  await demo.build(500, 16);
  expect(await isBefore(demo.search, data)).toBe(true);
  // The page has shown the progress, and now shows the search.
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
  await page.reload();
  await expect(demo.hits).toHaveCount(10);
  expect((await top(demo.hits.nth(1))) < PHONE.height).toBe(true);

  page.once('dialog', (dialog) => dialog.accept());
  await demo.startOver.click();
  await expect(demo.index.getByText('No index yet.')).toBeVisible();
  expect(await isBefore(data, demo.search)).toBe(true);
});

test('on a phone, every control is large enough, and the code is complete', async ({ demo, page }) => {
  await page.setViewportSize(PHONE);
  await demo.build(500, 16);
  const small = await page
    .locator('button:visible, summary:visible, select:visible, .segments span:visible, .check:visible')
    .evaluateAll((parts) =>
      parts.filter((part) => part.getBoundingClientRect().height < 32).map((part) => part.textContent),
    );
  expect(small).toEqual([]);
  const cut = await demo.code.evaluate(({ parentElement: box }) => (box ? box.scrollWidth - box.clientWidth : 1));
  expect(cut).toBe(0);
});
