import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, test as base, type ConsoleMessage, expect, type Page } from '@playwright/test';
import { buildBooks, ROWS } from './books';
import { Dictionary } from './dictionary';
import { Demo } from './page';

export { expect };

interface Fixtures {
  /** The demo, opened in a browser without stored rows. */
  demo: Demo;
  /** The page, opened in a browser with 2,000 stored rows of 64 dimensions, and nothing else. */
  filled: Demo;
  /** The page, opened in a browser with the stored rows of the data set in books.ts. */
  books: Demo;
  /** The dictionary, opened in a browser that has its first {@link SENSES} senses. */
  dictionary: Dictionary;
}

/** Enough senses for a graph, and few enough for a fast test. */
export const SENSES = 2500;

/**
 * Pages of browser contexts that live as long as the worker of the tests. A context with a new page
 * costs several times the processor time of an opening in a page that is there, and a build costs
 * as much again. After a failure, Playwright goes on with a new worker.
 */
interface Shared {
  ownTab: Tab;
  filledTab: Tab;
  booksTab: Tab;
  dictionaryTab: Tab;
}

/** A message on the console of the page fails the test. */
export const test = base.extend<Fixtures, Shared>({
  page: async ({ ownTab }, use) => {
    await ownTab.show();
    await use(ownTab.page);
    await ownTab.leave();
    await ownTab.clear();
  },
  demo: async ({ page }, use) => opened(page, LAB, (page) => use(new Demo(page))),
  filled: async ({ filledTab }, use) => reopened(filledTab, FILLED, use),
  books: async ({ booksTab }, use) => reopened(booksTab, ROWS, use),
  dictionary: async ({ dictionaryTab }, use) => {
    await dictionaryTab.show();
    await opened(dictionaryTab.page, DICTIONARY, async (page) => {
      const dictionary = new Dictionary(page);
      await dictionary.expectReady(SENSES);
      await use(dictionary);
    });
    await dictionaryTab.leave();
  },
  ownTab: [
    async ({ browser }, use, { project }) => shared(browser, project.use.baseURL, async () => {}, use),
    { scope: 'worker' },
  ],
  filledTab: [
    async ({ browser }, use, { project }) =>
      shared(
        browser,
        project.use.baseURL,
        inLab((demo) => demo.build(FILLED, 64)),
        use,
      ),
    { scope: 'worker' },
  ],
  booksTab: [
    async ({ browser }, use, { project }) => shared(browser, project.use.baseURL, inLab(buildBooks), use),
    { scope: 'worker' },
  ],
  dictionaryTab: [
    async ({ browser }, use, { project }) =>
      shared(
        browser,
        project.use.baseURL,
        (page) => opened(page, DICTIONARY, (page) => new Dictionary(page).expectReady(SENSES)),
        use,
      ),
    { scope: 'worker' },
  ],
});

const FILLED = 2000;
const LAB = '/lab/';
const DICTIONARY = `/?senses=${SENSES}`;
/**
 * A page of the same site without the demo. A browser keeps the process between pages of a site, so
 * this page costs less than about:blank.
 */
const EMPTY = '/empty';
const VIEWPORT = { width: 1280, height: 720 };

/** How long a browser may take to delete what a test has stored. A deletion takes milliseconds. */
const CLEAR_LIMIT_MS = 120_000;

/** A page of a browser context of its own. */
class Tab {
  private constructor(
    private current: Page,
    private readonly renew: () => Promise<Page>,
  ) {}

  static async open(browser: Browser, baseURL: string | undefined): Promise<Tab> {
    const renew = async () => {
      const context = await browser.newContext({ viewport: VIEWPORT, ...(baseURL !== undefined && { baseURL }) });
      return context.newPage();
    };
    return new Tab(await renew(), renew);
  }

  get page(): Page {
    return this.current;
  }

  /** Ends the demo in this tab, and closes the other tabs. Stored values stay. */
  async leave(): Promise<void> {
    for (const page of this.page.context().pages()) if (page !== this.page) await page.close();
    await this.page.goto(EMPTY);
  }

  /**
   * Deletes all that the site has stored, after `leave`. In one of several hundred runs, a stock
   * Firefox never answered, though no page was left that could hold a database. The tab then gets a
   * new browser context, which has stored nothing.
   */
  async clear(): Promise<void> {
    const cleared = this.deleteStored().then(() => true);
    // The end of the old context rejects a deletion that is still out.
    cleared.catch(() => {});
    const limit = new AbortController();
    const late = delay(CLEAR_LIMIT_MS, false, { signal: limit.signal });
    late.catch(() => {});
    const isCleared = await Promise.race([cleared, late]).finally(() => limit.abort());
    if (isCleared) return;
    console.warn(`${CLEAR_LIMIT_MS / 1000} s did not delete what a test had stored. The next test has a new context.`);
    const old = this.page.context();
    this.current = await this.renew();
    void old.close().catch(() => {});
  }

  private async deleteStored(): Promise<void> {
    await this.page.evaluate(async () => {
      localStorage.clear();
      for (const { name = '' } of await indexedDB.databases()) {
        await new Promise((resolve, reject) => {
          const deletion = indexedDB.deleteDatabase(name);
          deletion.onsuccess = resolve;
          deletion.onerror = () => reject(deletion.error);
        });
      }
    });
  }

  /** Makes the tab as large as a new tab, and brings the tab to the front. */
  async show(): Promise<void> {
    await this.page.setViewportSize(VIEWPORT);
    // Firefox gives the focus only to the page in front.
    await this.page.bringToFront();
  }
}

/** Opens a page of the demo, and fails if the page puts an error on its console meanwhile. */
export async function opened(page: Page, address: string, use: (page: Page) => Promise<void>): Promise<void> {
  const faults: string[] = [];
  const onConsole = (message: ConsoleMessage) => message.type() === 'error' && faults.push(message.text());
  const onError = (error: Error) => faults.push(String(error));
  page.on('console', onConsole);
  page.on('pageerror', onError);
  await page.goto(address);
  await use(page);
  page.off('console', onConsole);
  page.off('pageerror', onError);
  expect(faults).toEqual([]);
}

const inLab = (build: (demo: Demo) => Promise<void>) => (page: Page) =>
  opened(page, LAB, (page) => build(new Demo(page)));

/** @param prepare stores what the tests of the tab find */
async function shared(
  browser: Browser,
  baseURL: string | undefined,
  prepare: (page: Page) => Promise<void>,
  use: (tab: Tab) => Promise<void>,
): Promise<void> {
  const tab = await Tab.open(browser, baseURL);
  await prepare(tab.page);
  await tab.leave();
  await use(tab);
  await tab.page.context().close();
}

/** Opens the Lab with the stored rows. The rows are all that is left of the tests before. */
async function reopened(tab: Tab, rows: number, use: (demo: Demo) => Promise<void>): Promise<void> {
  await tab.show();
  await opened(tab.page, LAB, async (page) => {
    const demo = new Demo(page);
    await demo.expectReady(rows);
    await expect(demo.hits).toHaveCount(10);
    await use(demo);
  });
  await tab.leave();
}
