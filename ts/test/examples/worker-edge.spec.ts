/** The worker of Cloudflare, in the runtime of Cloudflare on this machine. */
import { expect } from '@playwright/test';
import { test } from './apps.js';

interface Passage {
  readonly score: number;
  readonly page: string;
  readonly text: string;
}

test('the worker answers from the index that comes with the worker', async ({ page, started }) => {
  const url = await started('worker-edge');
  const search = async (query: string): Promise<Passage[]> => {
    const answer = await page.request.get(`${url}search?${query}`);
    expect(answer.status()).toBe(200);
    return answer.json();
  };
  const passages = await search('q=two+tabs+write+at+once&k=3');
  expect(passages).toHaveLength(3);
  expect(passages.map(({ text }) => text).join()).toMatch(/\btabs?\b/);
  const scores = passages.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  const filtered = await search('q=two+tabs+write+at+once&page=filters.md');
  expect(new Set(filtered.map((passage) => passage.page))).toEqual(new Set(['filters.md']));

  for (const wrong of ['q=', 'q=tea&k=many']) {
    const refused = await page.request.get(`${url}search?${wrong}`);
    expect([refused.status(), Object.keys(await refused.json())]).toEqual([400, ['error']]);
  }
  expect((await page.request.get(`${url}nothing`)).status()).toBe(404);
});

test('the page shows the passages', async ({ page, started }) => {
  await page.goto(await started('worker-edge'));
  await page.getByRole('searchbox').fill('filters on fields of the metadata');
  await page.getByRole('searchbox').press('Enter');
  await expect(page.getByRole('status')).toHaveText('5 passages');
  await expect(page.getByRole('listitem').first()).toContainText('.md');
});
