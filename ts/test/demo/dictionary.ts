import { expect, type Page } from '@playwright/test';

/** The dictionary under the names that a user sees. */
export class Dictionary {
  constructor(readonly page: Page) {}

  get query() {
    return this.page.getByRole('searchbox', { name: 'What does the word mean?' });
  }

  get results() {
    return this.page.getByRole('list', { name: 'Senses by meaning' }).getByRole('listitem');
  }

  /** The words of the results, each a button. */
  get words() {
    return this.results.getByRole('button');
  }

  get exact() {
    return this.page.getByRole('region', { name: 'Exact word' });
  }

  get progress() {
    return this.page.locator('#progress-text');
  }

  get code() {
    return this.page.getByRole('region', { name: 'In your code' }).locator('#code');
  }

  get notices() {
    return this.page.locator('#notices');
  }

  chip(part: string) {
    return this.page
      .getByRole('group', { name: 'Only these parts of speech' })
      .getByRole('button', { name: part, exact: true });
  }

  /** The value of a fact about this device. */
  fact(name: string) {
    return this.page
      .getByRole('region', { name: 'On this device' })
      .locator('dl > div')
      .filter({ has: this.page.locator('dt', { hasText: name }) })
      .locator('dd:not(.note)');
  }

  /** Waits until the page has stored all senses that it is to have. */
  async expectReady(senses: number) {
    await expect(this.progress).toHaveText(`${senses.toLocaleString('en')} senses`);
    // The last fact.
    await expect(this.fact('Bytes sent')).toHaveText('0');
  }

  /** Types a question, and waits for the answer with this word. */
  async ask(text: string, word: string) {
    await this.query.fill(text);
    await this.expectFirst(word);
  }

  async expectFirst(word: string) {
    await expect(this.words.first()).toHaveAccessibleName(`More like ${word}`);
  }
}
