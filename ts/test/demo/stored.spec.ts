import type { Page } from '@playwright/test';
import { Demo } from './page';
import { expect, test } from './support';

/** Another tab of the same browser. */
async function openTab(page: Page): Promise<Demo> {
  const tab = await page.context().newPage();
  await tab.goto('/lab/');
  return new Demo(tab);
}

async function findsRow({ search, hits }: Demo, row: number) {
  await search.getByLabel('More like row').fill(String(row));
  await search.getByRole('button', { name: 'Search' }).click();
  await expect(search.getByRole('heading', { name: `Nearest to row ${row}`, exact: true })).toBeVisible();
  await expect(hits.first()).toContainText('distance 0.0000');
}

/**
 * Makes the rows of the next build stop after two batches, until a reload. The build then is under
 * way for as long as a test needs, and costs no processor time while the test waits.
 */
async function stopRows(page: Page) {
  await page.evaluate(() => {
    let batches = 0;
    window.Worker = class extends Worker {
      override postMessage(message: unknown) {
        const asked = (message as { call?: string }).call === 'next';
        if (!asked || batches++ < 2) super.postMessage(message);
      }
    };
  });
}

/**
 * Runs `check` after `tab` has noticed the build of `builder`, and returns after `tab` has noticed
 * the end of the build.
 */
async function seesBuildElsewhere(tab: Demo, builder: Demo, check: () => Promise<void>) {
  await tab.page.evaluate(() => {
    const { query } = LockManager.prototype;
    Object.assign(window, { looks: 0 });
    LockManager.prototype.query = function () {
      (window as unknown as { looks: number }).looks++;
      return query.call(this);
    };
  });
  // The page looks for changes again only after showing the last change.
  const looksTwice = async () => {
    const looks = () => tab.page.evaluate(() => (window as unknown as { looks: number }).looks);
    const before = await looks();
    await expect.poll(looks).toBeGreaterThan(before + 1);
  };
  await builder.page.evaluate(
    () =>
      new Promise<void>((held) => {
        void navigator.locks.request('edgevec-demo:building', { mode: 'shared' }, () => {
          held();
          return new Promise<void>((endBuild) => Object.assign(window, { endBuild }));
        });
      }),
  );
  await looksTwice();
  await check();
  await builder.page.evaluate(() => (window as unknown as { endBuild(): void }).endBuild());
  await looksTwice();
}

test('a reload keeps the rows, and searches work at once', async ({ demo, page }) => {
  await demo.build(1000, 32);
  await expect(demo.kept).toHaveText(/^1,000 rows kept on this device, [\d.]+ [kM]B/);
  const nearest = (await demo.hits.nth(1).textContent()) ?? '';
  await page.reload();
  await expect(demo.index.getByText(/^Ready: 1,000 rows, opened in /)).toBeVisible();
  await expect(demo.hits.nth(1)).toHaveText(nearest);
  await findsRow(demo, 999);
});

test('stored rows are shown even without parameters in the address', async ({ demo, page }) => {
  await demo.fill(700, 24);
  await page.getByText('Options').click();
  await page.getByLabel('Metric', { exact: true }).selectOption('euclidean');
  await demo.startBuild();
  await demo.expectReady(700);
  await page.goto('/lab/');
  await demo.expectReady(700);
  await expect(page.getByLabel('Rows', { exact: true })).toHaveValue('700');
  await expect(page.getByLabel('Dimensions', { exact: true })).toHaveValue('24');
  await expect(demo.fact('index', 'Metric')).toHaveText('euclidean');
  await demo.search.getByRole('button', { name: 'New query' }).click();
  await expect(demo.search.getByRole('heading', { name: 'Nearest to new query 1' })).toBeVisible();
});

test("two tabs find each other's rows", async ({ demo, page }) => {
  const other = await openTab(page);
  await expect(other.index.getByText('No index yet.')).toBeVisible();
  await demo.build(500, 32);
  await other.expectReady(500);
  await findsRow(other, 499);

  await expect(other.page.getByLabel('Dimensions', { exact: true })).toHaveValue('32');
  await other.fill(800, 32);
  await other.page.getByRole('button', { name: 'Add 300 rows' }).click();
  await other.expectReady(800);
  await demo.expectReady(800);
  await expect(demo.kept).toContainText('800 rows kept');
  await findsRow(demo, 799);
});

test('starting over in a tab shows in the other tab', async ({ demo, page }) => {
  await demo.build(500, 32);
  const other = await openTab(page);
  await other.expectReady(500);

  page.once('dialog', (dialog) => dialog.accept());
  await demo.startOver.click();
  await expect(demo.index.getByText('No index yet.')).toBeVisible();
  await expect(other.notices).toContainText('another tab has started over');
  await expect(other.hits).toHaveCount(0);

  // With other options than before, as only a new database can have.
  await demo.build(300, 16);
  await other.notices.getByRole('button', { name: 'Open again' }).click();
  await other.expectReady(300);
  await expect(other.notices).toBeEmpty();
  await findsRow(other, 299);
});

test('a build replaced by another tab reports its end', async ({ demo, page }) => {
  const other = await openTab(page);
  await other.fill(300, 16);
  await demo.fill(100_000, 256);
  await demo.startBuild();
  await expect(demo.fact('index', 'Rows').first()).toHaveText(/^[1-9][\d,]* of 100,000$/);
  await expect(other.index.getByText(/^Another tab is building/)).toBeVisible();
  expect(await other.answer(true, () => other.startBuild())).toContain('another tab is adding');
  await other.expectReady(300);
  await expect(demo.index.getByText('The build failed.')).toBeVisible();

  // This tab notices the begin and the end of the other tab's build. The failure stays visible.
  await page.bringToFront();
  await seesBuildElsewhere(demo, other, async () => {
    await expect(demo.index.getByText('The build failed.')).toBeVisible();
  });
  await expect(demo.index.getByText('The build failed.')).toBeVisible();
  await demo.notices.getByRole('button', { name: 'Open again' }).click();
  await demo.expectReady(300);
});

test('a tab without its index says "no index is open", even if rows are stored', async ({ demo, page }) => {
  await demo.build(300, 16);
  const other = await openTab(page);
  await other.expectReady(300);
  await other.rebuild(200, 8);
  await expect(demo.notices).toContainText('another tab has started over');
  await page.bringToFront();
  await seesBuildElsewhere(demo, other, async () => {
    await expect(demo.index.getByText('No index is open.')).toBeVisible();
  });
  await expect(demo.index.getByText('No index is open.')).toBeVisible();
  await demo.notices.getByRole('button', { name: 'Open again' }).click();
  await demo.expectReady(200);
});

test('stored rows are replaced only after a question', async ({ demo, page }) => {
  await demo.build(500, 32);
  const other = await openTab(page);
  await other.expectReady(500);
  await other.fill(300, 16);
  const question = await other.answer(false, () => other.startBuild());
  expect(question).toBe('Replace the 500 stored rows with new ones? Other tabs with this page lose them too.');
  await findsRow(other, 499);
  await findsRow(demo, 498);

  await other.answer(true, () => other.startBuild());
  await other.expectReady(300);
  await expect(demo.notices).toContainText('another tab has started over');
  // The same question comes if the tab has only learned of the loss of its own rows.
  expect(await demo.answer(false, () => demo.startBuild())).toMatch(/^Replace the stored rows with new ones\?/);
  await demo.notices.getByRole('button', { name: 'Open again' }).click();
  await demo.expectReady(300);
  await expect(page.getByLabel('Rows', { exact: true })).toHaveValue('300');
  await expect(page.getByLabel('Dimensions', { exact: true })).toHaveValue('16');
  expect(new URL(page.url()).searchParams.get('dimensions')).toBe('16');
  await page.reload();
  await expect(page.getByLabel('Dimensions', { exact: true })).toHaveValue('16');
});

test('a tab beside a build does not offer rows of the build', async ({ demo, page }) => {
  await stopRows(page);
  await demo.fill(100_000, 256);
  await demo.startBuild();
  await expect(demo.fact('index', 'Rows').first()).toHaveText(/^[1-9][\d,]* of 100,000$/);
  const other = await openTab(page);
  await expect(other.index.getByText(/^Another tab is building: [\d,]+ of 100,000 rows so far\.$/)).toBeVisible();
  await expect(other.page.getByText('Another tab is building these rows.')).toBeVisible();
  await expect(other.page.getByRole('button', { name: 'Build index' })).toBeDisabled();
  await findsRow(other, 99);

  await page.getByRole('button', { name: 'Cancel build' }).click();
  await expect(other.index.getByText(/^[\d,]+ of 100,000 rows are here\.$/)).toBeVisible();
  await expect(other.page.getByRole('button', { name: /^Add [\d,]+ rows$/ })).toBeEnabled();
});

test('starting over can be thought better of', async ({ demo, page }) => {
  await demo.build(300, 16);
  page.once('dialog', (dialog) => dialog.dismiss());
  await demo.startOver.click();
  await findsRow(demo, 299);
  page.once('dialog', (dialog) => dialog.accept());
  await demo.startOver.click();
  await expect(demo.index.getByText('No index yet.')).toBeVisible();
  await expect(demo.startOver).toBeHidden();
  await expect(page.getByRole('button', { name: 'Build index' })).toBeFocused();
});

test('a tab that does not close its database is reported', async ({ demo, page }) => {
  await demo.build(300, 16);
  const other = await page.context().newPage();
  await other.goto('/lab/');
  await new Demo(other).expectReady(300);
  // A connection without a listener, as in a hanging page.
  await other.evaluate(() =>
    new Promise((resolve) => {
      const request = indexedDB.open('edgevec:demo');
      request.onsuccess = () => resolve(Object.assign(window, { held: request.result }));
    }).then(() => {}),
  );
  page.once('dialog', (dialog) => dialog.accept());
  await demo.startOver.click();
  await expect(demo.notices).toContainText('Another tab with this page does not answer. Close it');
  await other.close();
  await demo.notices.getByRole('button', { name: 'Try again' }).click();
  await expect(demo.index.getByText('No index yet.')).toBeVisible();
  await demo.build(200, 8);
});

test('a reload during a build keeps the written rows, and the user can add the rest', async ({ demo, page }) => {
  await stopRows(page);
  await demo.fill(3000, 256);
  await demo.startBuild();
  await expect(demo.fact('index', 'Rows').first()).toHaveText(/^\d,\d{3} of 3,000$/);
  await page.reload();
  await expect(demo.index.getByText(/^[\d,]+ of 3,000 rows are here, opened in /)).toBeVisible();
  await findsRow(demo, 999);
  await page.getByRole('button', { name: /^Add [\d,]+ rows$/ }).click();
  await demo.expectReady(3000);
  await findsRow(demo, 2999);
});

test('without storage, the demo works in memory and reports the lack', async ({ page, demo }) => {
  const script = await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
  await page.goto('/lab/?host=in-thread');
  await expect(demo.notices).toContainText('lets the page store nothing');
  await demo.build(500, 16);
  await expect(demo.kept).toContainText('500 rows in memory');
  await findsRow(demo, 499);
  await page.reload();
  await expect(demo.index.getByText('No index yet.')).toBeVisible();
  await script.dispose();
});

test('without workers, the demo works and reports the lack', async ({ page, demo }) => {
  await page.evaluate(() => {
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        if (String(url).startsWith('blob:')) throw new Error('refused');
        super(url, options);
      }
    };
  });
  await demo.build(500, 16);
  await expect(demo.fact('index', 'Runs in')).toHaveText('this thread');
  await expect(demo.notices).toContainText('starts no worker here');
  await demo.notices.getByRole('button', { name: 'Dismiss' }).click();
  await expect(demo.notices).toBeEmpty();
});

test('a lost worker is reported, and its stored rows are there again', async ({ page, demo }) => {
  await page.evaluate(() => {
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (options?.name === 'edgevec') Object.assign(window, { killEngine: () => this.terminate() });
      }
    };
  });
  await demo.build(500, 16);
  await page.evaluate(() => (window as unknown as { killEngine(): void }).killEngine());
  await expect(demo.notices).toContainText('Rows kept on this device are safe');
  await demo.notices.getByRole('button', { name: 'Open again' }).click();
  await demo.expectReady(500);
  await findsRow(demo, 499);
});
