import type { Page } from '@playwright/test';
import { expect, test } from './support';

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

test('the theme follows the system until the user chooses a theme, and the choice is kept', async ({ demo, page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await background(page);
  await page.getByRole('button', { name: 'Dark theme' }).click();
  const back = page.getByRole('button', { name: 'Light theme' });
  await expect(back).toBeVisible();
  expect(await background(page)).not.toBe(light);
  await page.reload();
  await expect(back).toBeVisible();
  await demo.build(200, 8);
});

/** Whether the element with the focus has this text or label. */
const isFocused = (page: Page, name: string) =>
  page.evaluate((name) => {
    const { activeElement } = document;
    return name === (activeElement?.ariaLabel ?? activeElement?.textContent?.trim());
  }, name);

test('everything can be done with the keyboard alone', async ({ demo, page, browserName }) => {
  // WebKit skips buttons with Tab unless a system setting is on.
  const tab = browserName === 'webkit' ? 'Alt+Tab' : 'Tab';
  const reach = async (name: string) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press(tab);
      // A query by role reads the whole page, so that query only confirms the right name.
      if (!(await isFocused(page, name))) continue;
      const focused = page.getByRole('button', { name, exact: true });
      await expect(focused).toBeFocused();
      return focused;
    }
    throw new Error(`Tab never reached "${name}"`);
  };
  await page.goto('/lab/?rows=500&dimensions=16');
  await page.keyboard.press(tab);
  await expect(page.getByRole('link', { name: 'Skip to search' })).toBeFocused();

  const build = await reach('Build index');
  expect(await build.evaluate((button) => getComputedStyle(button).outlineStyle)).toBe('solid');
  await page.keyboard.press('Enter');
  await demo.expectReady(500);
  await expect(page.getByRole('button', { name: 'Build index' })).toBeFocused();

  await reach('New query');
  await page.keyboard.press('Space');
  await expect(demo.search.getByRole('heading', { name: 'Nearest to new query 1' })).toBeVisible();
  const first = (await demo.hits.first().getByRole('button').textContent()) ?? '';
  await reach(first);
  await page.keyboard.press('Enter');
  const name = first.replace('More like ', 'Nearest to ');
  await expect(demo.search.getByRole('heading', { name, exact: true })).toBeVisible();
  await expect(demo.search).toBeFocused();
});

test('the page explains its words', async ({ demo }) => {
  const words = demo.page.getByRole('region', { name: 'Words on this page' });
  for (const word of ['Recall', 'ef', 'Index (HNSW)', 'Metric']) {
    await expect(words.getByRole('term').getByText(word, { exact: true })).toBeVisible();
  }
});

test('nothing sticks out of a narrow phone', async ({ demo, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await demo.build(1000, 16);
  await demo.measure.getByLabel('Queries').selectOption('100');
  await demo.measure.getByRole('button', { name: 'Compare ef' }).click();
  await expect(demo.measure.getByRole('img', { name: /ef 400 finds/ })).toBeVisible();
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  expect(scrollWidth).toBe(clientWidth);
});
