/** Documents dropped into the page, questions, citations, filters, a reload, and a second model. */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { root } from '../package/consumer.js';
import { examplesFolder, test } from './apps.js';

/** A copy of all-MiniLM-L6-v2. The repository has no copy. */
const MODEL = join(root, '../shared/models/all-MiniLM-L6-v2');

const documents = (page: Page) => page.getByLabel('Documents').getByRole('listitem');
const answers = (page: Page) => page.getByRole('article');

/** Asks, and waits for the answers. */
async function ask(page: Page, question: string): Promise<void> {
  const before = await page.locator('.question').count();
  await page.getByRole('textbox', { name: 'Question' }).fill(question);
  await page.getByRole('button', { name: 'Ask' }).click();
  await expect(page.locator('.question')).toHaveCount(before + 1);
  await expect(page.getByText('Reading…')).toHaveCount(0);
}

const PAGE = `<!doctype html><title>Bees</title><nav>Home</nav><h1>Bees</h1><h2>Honey</h2>
  <p>A bee visits two million flowers for a jar of honey.</p><script>never()</script>
  <h2>Winter</h2><p>In winter, the bees form a ball around the queen and keep her warm.</p>`;

test('answers cite passages of dropped documents', async ({ page, started }) => {
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(await started('rag-chat'));
  await page.getByRole('button', { name: 'Add two sample documents' }).click();
  await expect(documents(page)).toHaveCount(2);
  await page.getByLabel('Add documents').setInputFiles([
    { name: 'bees.html', mimeType: 'text/html', buffer: Buffer.from(PAGE) },
    { name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from([137, 80, 0, 1]) },
  ]);
  await expect(documents(page)).toHaveText([/bees.html.*2 passages/, /bicycle.md/, /coffee.md/]);
  await expect(page.getByText('picture.png is not a text')).toBeVisible();

  await ask(page, 'how do I repair a puncture?');
  await expect(answers(page).first()).toContainText('bicycle.md › Tyres');
  await expect(page.locator('blockquote')).toContainText('puncture');

  // The citation opens the document, and the passage is highlighted and in view.
  await answers(page).first().getByRole('button').click();
  const reader = page.getByRole('region', { name: 'Document' });
  await expect(reader.getByRole('heading', { name: 'bicycle.md' })).toBeVisible();
  await expect(reader.locator('mark').first()).toContainText('tyre');
  await expect(reader.locator('mark').first()).toBeInViewport();

  // Only the chosen documents answer.
  await page.getByRole('checkbox', { name: 'Search in bicycle.md' }).uncheck();
  await page.getByRole('checkbox', { name: 'Search in coffee.md' }).uncheck();
  await ask(page, 'how do I repair a puncture?');
  await expect(answers(page).last()).toContainText('bees.html');
  await ask(page, 'who keeps the queen warm?');
  await expect(page.locator('blockquote').last()).toContainText('form a ball around the queen');

  // A document of the same name replaces the former.
  const shorter = '<p>Bees dance to tell the way to flowers.</p>';
  await page
    .getByLabel('Add documents')
    .setInputFiles({ name: 'bees.html', mimeType: 'text/html', buffer: Buffer.from(shorter) });
  await expect(documents(page).first()).toHaveText(/1 passage/);

  // Documents stay, and can be deleted.
  await page.reload();
  await expect(documents(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'Delete bees.html' }).click();
  await expect(documents(page)).toHaveCount(2);
  await page.reload();
  await expect(documents(page)).toHaveCount(2);
  expect(errors).toEqual([]);
});

test('a model of transformers.js embeds the documents again, in a worker', async ({ page, started }) => {
  test.skip(!existsSync(MODEL), `the model is not at ${MODEL}`);
  const url = await started('rag-chat');
  const served = join(await examplesFolder(), 'rag-chat/dist/models/Xenova/all-MiniLM-L6-v2');
  await cp(MODEL, served, { recursive: true });
  await page.goto(url);
  await page.getByRole('button', { name: 'Add two sample documents' }).click();
  await expect(documents(page)).toHaveCount(2);
  const worker = page.waitForEvent('worker', (worker) => worker.url().includes('transformers-worker'));
  await page.getByLabel('Model').selectOption({ label: 'all-MiniLM-L6-v2 (23 MB)' });
  await worker;
  await expect(page.getByRole('status')).toBeEmpty();
  await expect(documents(page)).toHaveCount(2);
  await ask(page, 'Why am I awake at night?');
  await expect(answers(page).first()).toContainText('coffee.md › Caffeine');
  await page.reload();
  await expect(page.getByLabel('Model')).toHaveValue('minilm');
  await expect(documents(page)).toHaveCount(2);

  // A page that ended during a change of the model has noted the next model only.
  await page.evaluate(() => localStorage.setItem('model', 'static'));
  await page.reload();
  await expect(page.getByLabel('Model')).toHaveValue('static');
  await expect(documents(page)).toHaveCount(2);
  await ask(page, 'how do I repair a puncture?');
  await expect(answers(page).first()).toContainText('bicycle.md › Tyres');
});
