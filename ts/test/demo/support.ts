import { type Browser, test as base, type ConsoleMessage, expect, type Page } from '@playwright/test';
import { buildBooks, ROWS } from './books';
import { Demo } from './page';

export { expect };

interface Fixtures {
  /** A page of the demo in a browser without stored rows. */
  demo: Demo;
  /** The page, opened in a browser with 2,000 stored rows of 64 dimensions, and nothing else. */
  filled: Demo;
  /** The page, opened in a browser with the stored rows of the data set in books.ts. */
  books: Demo;
}

/**
 * Pages of browser contexts that live as long as the worker of the tests. A context with a build
 * costs several times the processor time of an opening. A test that only reads stored rows
 * therefore opens the page again, and shares the build.
 */
interface Shared {
  filledPage: Page;
  booksPage: Page;
}

/** A message on the console of the page fails the test. */
export const test = base.extend<Fixtures, Shared>({
  demo: async ({ page }, use) => {
    await withoutFaults(page, async () => {
      await page.goto('/');
      await use(new Demo(page));
    });
  },
  filled: async ({ filledPage }, use) => reopened(filledPage, FILLED, use),
  books: async ({ booksPage }, use) => reopened(booksPage, ROWS, use),
  filledPage: [
    async ({ browser }, use, { project }) =>
      shared(browser, project.use.baseURL, (demo) => demo.build(FILLED, 64), use),
    { scope: 'worker' },
  ],
  booksPage: [
    async ({ browser }, use, { project }) => shared(browser, project.use.baseURL, buildBooks, use),
    { scope: 'worker' },
  ],
});

const FILLED = 2000;
const VIEWPORT = { width: 1280, height: 720 };

async function withoutFaults(page: Page, run: () => Promise<void>): Promise<void> {
  const faults: string[] = [];
  const onConsole = (message: ConsoleMessage) => message.type() === 'error' && faults.push(message.text());
  const onError = (error: Error) => faults.push(String(error));
  page.on('console', onConsole);
  page.on('pageerror', onError);
  await run();
  page.off('console', onConsole);
  page.off('pageerror', onError);
  expect(faults).toEqual([]);
}

async function shared(
  browser: Browser,
  baseURL: string | undefined,
  build: (demo: Demo) => Promise<void>,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: VIEWPORT, ...(baseURL !== undefined && { baseURL }) });
  const page = await context.newPage();
  await withoutFaults(page, async () => {
    await page.goto('/');
    await build(new Demo(page));
  });
  await use(page);
  await context.close();
}

/**
 * Opens the page with the stored rows. The rows are all that is left of the tests before. A test
 * that itself opens an address should use `demo`: an opening that cuts off the load of a worker
 * puts a message on the console of Firefox.
 */
async function reopened(page: Page, rows: number, use: (demo: Demo) => Promise<void>): Promise<void> {
  await page.setViewportSize(VIEWPORT);
  // Firefox gives the focus only to the page in front.
  await page.bringToFront();
  await withoutFaults(page, async () => {
    const demo = new Demo(page);
    await page.goto('/');
    await demo.expectReady(rows);
    await expect(demo.hits).toHaveCount(10);
    await use(demo);
  });
  // The end of the page may cut off the load of a worker, and no test may see that message.
  await page.goto('about:blank');
}
