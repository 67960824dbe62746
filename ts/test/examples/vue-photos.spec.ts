/** The app with pictures: samples, search by colours and by a picture, filters, own files, tabs. */
import { expect, type Page } from '@playwright/test';
import { test } from './apps.js';

let url: string;

test.beforeAll(async ({ started }) => {
  url = await started('vue-photos');
});

const pictures = (page: Page) => page.locator('.grid li');
const heading = (page: Page) => page.locator('#found');
const facet = (page: Page, value: string) => page.locator('.filters label').filter({ hasText: value });
const titles = (page: Page) =>
  pictures(page)
    .getByRole('img')
    .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).alt));

async function withSamples(page: Page): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: 'sample pictures' }).click();
  await expect(page.locator('header')).toContainText('160 on this device');
  await expect(page.locator('progress')).toHaveCount(0);
}

test('finds pictures like a picture and like colours, with filters, also after a reload', async ({ page }) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await withSamples(page);
  await page.reload();
  await expect(heading(page)).toHaveText(/All pictures\s*160/);

  await facet(page, 'desert').click();
  await expect(heading(page)).toHaveText(/All pictures\s*20/);
  await facet(page, 'tiles').click();
  await expect(heading(page)).toHaveText(/All pictures\s*40/);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(heading(page)).toHaveText(/All pictures\s*160/);

  await pictures(page).getByRole('img', { name: 'Dunes at noon' }).first().click();
  await page.getByRole('button', { name: 'More like this' }).click();
  await expect(heading(page)).toContainText('Most like “Dunes at noon”');
  await expect.poll(async () => (await titles(page))[0]).toBe('Dunes at noon');

  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByRole('radio', { name: 'navy' }).check();
  await page.getByRole('button', { name: 'Row 1, column 3: empty' }).click();
  await page.getByRole('radio', { name: 'black' }).check();
  await page.getByRole('button', { name: 'Row 4, column 3: empty' }).click();
  await expect(heading(page)).toContainText('Most like your colours');
  await expect.poll(async () => (await titles(page))[0]).toMatch(/at night$/);
  await page.getByRole('button', { name: 'Wash the paint off' }).click();
  await expect(heading(page)).toContainText('All pictures');
  expect(problems).toEqual([]);
});

test('adds files of the user, tells which files are no pictures, and shows both in another tab', async ({
  page,
  context,
}) => {
  await withSamples(page);
  const other = await context.newPage();
  await other.goto(url);
  await expect(heading(other)).toHaveText(/All pictures\s*160/);
  const red = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(60, 30);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('this browser cannot draw');
    context.fillStyle = '#c8202a';
    context.fillRect(0, 0, 60, 30);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
  });
  await page.locator('input[type=file]').setInputFiles([
    { name: 'red wall.png', mimeType: 'image/png', buffer: Buffer.from(red) },
    { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
  ]);
  await expect(page.getByRole('alert')).toHaveText('broken.png cannot be read.');
  await expect(heading(other)).toHaveText(/All pictures\s*161/);
  await facet(other, 'mine').click();
  await expect(pictures(other)).toHaveCount(1);
  await pictures(other).getByRole('img', { name: 'red wall' }).click();
  await other.getByRole('button', { name: 'Delete' }).click();
  await expect(heading(page)).toHaveText(/All pictures\s*160/);
});
