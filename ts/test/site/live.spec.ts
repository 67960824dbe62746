// The examples that run in the page, below the Content-Security-Policy of the site.

import { expect, test } from '@playwright/test';

const EXAMPLES = [
  { path: '', prints: ['0.99 How to brew tea\n0.92 Coffee by hand'] },
  { path: 'inputs.html', prints: ['tea', '1 [ 2, 3 ]'] },
  { path: 'filters.html', prints: ['1974 The Dispossessed\n1890 News from Nowhere'] },
  {
    path: 'persistence.html',
    prints: ['0 rows were stored before\n1 rows after opening again'],
    again: ['1 rows were stored before\n2 rows after opening again'],
  },
  { path: 'integrations/import.html', prints: ['2 rows of 3 dimensions\nsecond 0.991'] },
];

for (const { path, prints, again } of EXAMPLES) {
  test(`the examples of ${path === '' ? 'the first page' : path} print what the page promises`, async ({ page }) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(path);
    const buttons = page.getByRole('button', { name: /^Run/ });
    await expect(buttons).toHaveCount(prints.length);
    for (const [i, text] of prints.entries()) {
      await buttons.nth(i).click();
      await expect(page.getByLabel('Output').nth(i)).toContainText(text);
    }
    if (again !== undefined) {
      await page.reload();
      await page.getByRole('button', { name: /^Run/ }).click();
      await expect(page.getByLabel('Output')).toContainText(again[0] ?? '');
    }
    expect(problems).toEqual([]);
  });
}
