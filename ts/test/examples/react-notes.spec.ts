/** Notes in React: find by meaning, filter, edit, delete, reload, and a second tab. */
import { expect, type Page } from '@playwright/test';
import { test } from './apps.js';

const titles = (page: Page) => page.getByRole('article').getByRole('heading');

/** Types as a person does: React hears no event if a driver of Firefox only sets the value. */
async function search(page: Page, text: string): Promise<void> {
  await page.getByRole('searchbox').press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type(text);
}

test('notes are found by meaning, and stay', async ({ context, started }) => {
  const url = await started('react-notes');
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(url);
  await page.getByRole('button', { name: 'Add 12 sample notes' }).click();
  await expect(titles(page)).toHaveCount(12);

  // By meaning: no note has the words of the search.
  await search(page, 'baking');
  await expect(titles(page).first()).toHaveText('Sourdough');
  await expect(page.getByRole('meter').first()).toBeVisible();
  await search(page, 'repair the bike');
  await expect(titles(page).first()).toHaveText('Bicycle');
  await search(page, '');
  await expect(titles(page)).toHaveCount(12);

  // Tags with counts narrow the list, and the tags themselves.
  await page.getByRole('checkbox', { name: 'to do' }).check();
  await expect(titles(page)).toHaveCount(3);
  await page.getByRole('checkbox', { name: 'work' }).check();
  await expect(titles(page)).toHaveText(['Release checklist']);
  await page.getByRole('button', { name: 'All tags' }).click();
  await expect(titles(page)).toHaveCount(12);

  // A new note is found at once, and in the second tab too.
  const second = await context.newPage();
  await second.goto(url);
  await search(second, 'holiday by the sea');
  await page.getByRole('button', { name: 'New note' }).click();
  await page.getByLabel('Title').fill('Beach');
  await page
    .getByRole('textbox', { name: 'Text', exact: true })
    .fill('Swimming in the ocean, sand castles with the kids');
  await page.getByRole('textbox', { name: 'Tags' }).fill('travel, Summer');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(titles(page).first()).toHaveText('Beach');
  await expect(titles(second).first()).toHaveText('Beach');
  await expect(page.getByRole('checkbox', { name: 'summer' })).toBeVisible();

  // An edited note is found by its new meaning, and no longer by its old meaning.
  await page.getByRole('button', { name: 'Beach' }).click();
  await page.getByLabel('Title').fill('Mountains');
  await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Climbing the glacier with ropes and ice axes');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(titles(second).first()).not.toHaveText('Beach');
  await search(second, 'mountaineering');
  await expect(titles(second).first()).toHaveText('Mountains');

  // A deletion can be undone.
  await page.getByRole('button', { name: 'Mountains' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(titles(page)).toHaveCount(12);
  await expect(titles(second).filter({ hasText: 'Mountains' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(titles(page)).toHaveCount(13);
  await expect(titles(second).first()).toHaveText('Mountains');

  await page.reload();
  await expect(titles(page)).toHaveCount(13);
  await expect(titles(page).first()).toHaveText('Mountains');
  expect(errors).toEqual([]);
});

test('the keyboard is enough', async ({ page, started }) => {
  await page.goto(await started('react-notes'));
  await page.getByRole('button', { name: 'Add 12 sample notes' }).press('Enter');
  await expect(titles(page)).toHaveCount(12);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('baking');
  await expect(titles(page).first()).toHaveText('Sourdough');
  await page.getByRole('button', { name: 'Sourdough' }).press('Enter');
  await expect(page.getByLabel('Title')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Sourdough' })).toBeFocused();
});
