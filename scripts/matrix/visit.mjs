/** Visits a page twice in a browser, and collects what the page told. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchBrowser } from '../browsers.mjs';
import { Failure, judge } from './judge.mjs';

/** @typedef {import('../browsers.mjs').BrowserName} BrowserName */
/** @typedef {import('../browsers.mjs').RunningBrowser} RunningBrowser */

const POLL_MS = 100;
/** A page that tells nothing for so long does not work. */
const SILENCE_MS = 90_000;
/** After an error, a page has this long to tell its visits. */
const AFTER_ERROR_MS = 10_000;

/** A page that reloads forgets a call, and WebKitGTK then never answers. */
const ANSWER_MS = 5_000;

/**
 * The visits that the page has told, or undefined.
 *
 * @param {import('../browsers.mjs').Page} page
 */
async function visitsOf(page) {
  const told = page.evaluate('globalThis.visits').catch(() => undefined);
  const visits = await Promise.race([told, sleep(ANSWER_MS, undefined, { ref: false })]);
  return /** @type {import('./example.mjs').Visit[] | undefined} */ (visits);
}

/** Lines of a console that fail a target: errors, and warnings that name EdgeVec. */
const isFault = (/** @type {string} */ type, /** @type {string} */ text) =>
  type === 'error' || (/^warn/.test(type) && /edgevec/i.test(text));

/** @typedef {import('./target.mjs').Expected} Expected */

/**
 * Opens the page, and judges the page's visits.
 *
 * @param {RunningBrowser} browser
 * @param {string} url
 * @param {Expected} [expected]
 */
async function visitIn(browser, url, { ignore, ...expected } = {}) {
  /** @type {string[]} */
  const faults = [];
  let end = Date.now() + SILENCE_MS;
  const page = await browser.open(url, {
    onConsole(type, text) {
      if (!isFault(type, text) || ignore?.test(text)) return;
      faults.push(text);
      end = Math.min(end, Date.now() + AFTER_ERROR_MS);
    },
  });
  try {
    let visits = await visitsOf(page);
    while (visits === undefined && Date.now() < end) {
      await sleep(POLL_MS);
      visits = await visitsOf(page);
    }
    if (visits === undefined) throw new Failure(faults[0] ?? 'the page told nothing');
    judge(visits, expected);
    if (faults[0] !== undefined) throw new Failure(`the console shows: ${faults[0]}`);
  } finally {
    await page.close();
  }
}

/** The id that Chromium gives an unpacked extension: letters of a hash of the path. */
const extensionId = (/** @type {string} */ folder) =>
  [...createHash('sha256').update(folder).digest('hex').slice(0, 32)]
    .map((digit) => String.fromCharCode('a'.charCodeAt(0) + Number.parseInt(digit, 16)))
    .join('');

/** Starts each browser once. */
export class Browsers {
  /** @type {Map<BrowserName, Promise<RunningBrowser>>} */
  #running = new Map();

  /**
   * @param {BrowserName} name
   * @param {string} url
   * @param {Expected} [expected]
   */
  async visit(name, url, expected) {
    const running = this.#running.get(name) ?? launchBrowser(name);
    this.#running.set(name, running);
    await visitIn(await running, url, expected);
  }

  /**
   * Visits a page of an extension, in a Chromium of its own.
   *
   * @param {string} folder the unpacked extension
   * @param {string} page
   * @param {Expected} [expected]
   */
  async visitExtension(folder, page, expected) {
    const profile = mkdtempSync(join(tmpdir(), 'matrix-profile-'));
    const args = [`--disable-extensions-except=${folder}`, `--load-extension=${folder}`];
    const browser = await launchBrowser('chromium', { profile, args });
    try {
      await visitIn(browser, `chrome-extension://${extensionId(folder)}/${page}`, expected);
    } finally {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  async close() {
    for (const running of this.#running.values()) await (await running).close().catch(() => undefined);
  }
}
