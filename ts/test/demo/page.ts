import { expect, type Page } from '@playwright/test';

/** The parts of the demo under the names that a user sees. */
export class Demo {
  constructor(readonly page: Page) {}

  get index() {
    return this.page.getByRole('region', { name: 'Index' });
  }

  get search() {
    return this.page.getByRole('region', { name: 'Search' });
  }

  get measure() {
    return this.page.getByRole('region', { name: 'Measure' });
  }

  get code() {
    return this.page.getByRole('region', { name: 'In your code' }).getByRole('code');
  }

  get notices() {
    return this.page.locator('#notices');
  }

  /** Drops files on the page. The keys are the names of the files. */
  async drop(files: Readonly<Record<string, Buffer | string>>): Promise<void> {
    const given = Object.entries(files).map(([name, bytes]) => ({ name, bytes: [...Buffer.from(bytes)] }));
    const dataTransfer = await this.page.evaluateHandle((given) => {
      const transfer = new DataTransfer();
      for (const { name, bytes } of given) transfer.items.add(new File([new Uint8Array(bytes)], name));
      return transfer;
    }, given);
    await this.page.getByRole('main').dispatchEvent('drop', { dataTransfer });
  }

  /** The stored rows, as shown by the page. */
  get kept() {
    return this.index.getByText(/ rows (kept on|in memory)/);
  }

  get startOver() {
    return this.page.getByRole('button', { name: 'Start over' });
  }

  get hits() {
    return this.search.getByRole('list', { name: 'Hits' }).getByRole('listitem');
  }

  /** The time and the verdict of the latest search. */
  get outcome() {
    return this.search.getByRole('status').filter({ hasText: / in / });
  }

  /** How many rows match the filters. */
  get matching() {
    return this.search.getByRole('status').filter({ hasText: /rows (match|are searched)\.$/ });
  }

  /** The check boxes, or the least and the greatest number, of a field. */
  filter(field: string) {
    return this.search.getByRole('group', { name: field, exact: true });
  }

  /** Opens the filters if they are closed. */
  async openFilters() {
    const closed = this.search.locator('#filters:not([open]) > summary');
    if ((await closed.count()) > 0) await closed.click();
  }

  async fill(rows: number, dimensions: number) {
    for (const [label, value] of [
      ['Rows', rows],
      ['Dimensions', dimensions],
    ] as const) {
      const field = this.page.getByLabel(label, { exact: true });
      // In a stock Firefox, `fill` alone appends to a number field.
      await field.clear();
      await field.fill(String(value));
    }
  }

  async startBuild() {
    await this.page.getByRole('button', { name: 'Build index' }).click();
  }

  async build(rows: number, dimensions: number) {
    await this.fill(rows, dimensions);
    await this.startBuild();
    await this.expectReady(rows);
  }

  /** Replaces the stored rows with a build. The page asks first. */
  async rebuild(rows: number, dimensions: number) {
    await this.fill(rows, dimensions);
    await this.answer(true, () => this.startBuild());
    await this.expectReady(rows);
  }

  /** Runs `act`, answers the question of the page, and returns the question. */
  async answer(yes: boolean, act: () => Promise<void>): Promise<string> {
    const asked = this.page.waitForEvent('dialog').then(async (dialog) => {
      await (yes ? dialog.accept() : dialog.dismiss());
      return dialog.message();
    });
    await act();
    return asked;
  }

  async expectReady(rows: number) {
    await expect(this.index.getByText(`Ready: ${rows.toLocaleString('en')} rows`)).toBeVisible();
  }

  /** The value beside a name in a list of facts on the page. */
  fact(region: 'index' | 'measure', name: string | RegExp) {
    return this[region]
      .locator('dl > div')
      .filter({ has: this.page.locator('dt', { hasText: name }) })
      .locator('dd');
  }
}
