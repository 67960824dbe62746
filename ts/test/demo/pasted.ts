/** Runs the code that the pages show, as a visitor's own page would. */
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';

/** A page that has nothing but the packages, under the names that the code imports. */
async function withPackages(page: Page): Promise<void> {
  const folder = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  const serve = (prefix: string, files: string) =>
    page.route(`**/${prefix}/**`, (route) => {
      const path = new URL(route.request().url()).pathname.slice(prefix.length + 2);
      return route.fulfill({ path: `${folder(files)}/${path}` });
    });
  await serve('edgevec', 'dist');
  await serve('static-model', 'examples/static-model/src');
  await page.goto('/empty');
  await page.evaluate(() => {
    const map = document.createElement('script');
    map.type = 'importmap';
    map.textContent = JSON.stringify({
      imports: { edgevec: '/edgevec/index.js', 'edgevec-static-model': '/static-model/index.js' },
    });
    document.head.append(map);
  });
}

/**
 * Runs a module in a page of its own, until the module has printed so many lines like `last`. The
 * count of other lines depends on time: a build tells its progress in steps of time.
 *
 * @returns the printed lines
 */
export async function runPasted(page: Page, code: string, last: RegExp, count: number): Promise<string[]> {
  await withPackages(page);
  const lines: string[] = [];
  const faults: string[] = [];
  page.on('console', (message) => lines.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.addScriptTag({ type: 'module', content: code });
  const printed = () => lines.filter((line) => last.test(line)).length;
  await expect.poll(() => faults.length > 0 || printed() >= count).toBe(true);
  expect(faults).toEqual([]);
  return lines;
}
