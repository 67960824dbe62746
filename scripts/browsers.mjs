/**
 * Finds each browser, and drives all three in the same way. Playwright's own build comes first,
 * then a build of the system. The system's WebKit is WebKitGTK, driven by WebDriver. setup.mjs
 * installs browsers.
 */
import { existsSync } from 'node:fs';
import { onPath } from './run.mjs';
import { findWebKitGtk, openWebKitGtk } from './webkitgtk.mjs';

/** @typedef {import('playwright-core').LaunchOptions} AllOptions */
/** @typedef {'executablePath' | 'channel' | 'args' | 'firefoxUserPrefs'} UsedOption */
/** @typedef {Pick<AllOptions, UsedOption>} LaunchOptions */
/** @typedef {'chromium' | 'firefox' | 'webkit'} BrowserName */

/**
 * @typedef {object} Browser
 * @property {BrowserName} name
 * @property {'playwright' | 'webkitgtk'} driver the program that drives the browser
 * @property {'playwright' | 'system'} origin the source of the build
 * @property {string} executablePath
 * @property {LaunchOptions} launchOptions for Playwright's `launch`
 */

/**
 * @typedef {object} Page
 * @property {<T = unknown>(source: string | ((...args: any[]) => T | Promise<T>), ...args: unknown[]) => Promise<T>}
 * evaluate runs an expression, or a self-contained function with JSON arguments, and awaits the
 * JSON result
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} RunningBrowser
 * @property {BrowserName} name
 * @property {(url: string, options?: { onConsole?: (type: string, text: string) => void }) => Promise<Page>}
 * open opens a page in a context of its own. `onConsole` gets the page's output and uncaught errors
 * @property {() => Promise<void>} close
 */

/** @type {readonly BrowserName[]} */
export const BROWSERS = ['chromium', 'firefox', 'webkit'];

const MAC = '/Applications';
/** @type {Record<'chromium' | 'firefox', string[]>} */
const SYSTEM = {
  chromium: [
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    `${MAC}/Google Chrome.app/Contents/MacOS/Google Chrome`,
    `${MAC}/Chromium.app/Contents/MacOS/Chromium`,
  ],
  firefox: ['firefox-esr', 'firefox', `${MAC}/Firefox.app/Contents/MacOS/firefox`],
};

const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A stock Firefox can end a script that runs while a navigation begins. If the script is one of
 * Playwright, the test waits for the script's answer for ever.
 */
const FIREFOX_PREFERENCES = { 'dom.ipc.processHangMonitor': false };

/**
 * @param {BrowserName} name
 * @returns {Promise<Browser | undefined>} undefined if the machine has no usable build
 */
export async function findBrowser(name) {
  const playwright = await import('playwright-core');
  const own = playwright[name].executablePath();
  if (existsSync(own)) {
    return { name, driver: 'playwright', origin: 'playwright', executablePath: own, launchOptions: {} };
  }
  if (name === 'webkit') {
    const found = findWebKitGtk();
    return found && { name, driver: 'webkitgtk', origin: 'system', executablePath: found.binary, launchOptions: {} };
  }
  const executablePath = SYSTEM[name]
    .map((file) => (file.startsWith('/') ? file : onPath(file)))
    .find((file) => file && existsSync(file));
  if (!executablePath) return undefined;
  // Playwright's own Firefox is patched. A stock Firefox speaks WebDriver BiDi, and this channel
  // selects BiDi.
  const launchOptions =
    name === 'firefox'
      ? { channel: 'moz-firefox', executablePath, firefoxUserPrefs: FIREFOX_PREFERENCES }
      : { executablePath, args: CHROMIUM_ARGS };
  return { name, driver: 'playwright', origin: 'system', executablePath, launchOptions };
}

/**
 * The options by which a project of Playwright uses a browser.
 *
 * @param {Browser} browser
 */
export function playwrightUse({ name, launchOptions: { channel, ...launchOptions } }) {
  return { browserName: name, launchOptions, ...(channel !== undefined && { channel }) };
}

/**
 * Starts a headless browser.
 *
 * @param {BrowserName} name
 * @param {{ profile?: string, args?: readonly string[] }} [options] `profile`: a folder for the
 * data that pages store. All pages then share this data. `args`: further arguments of the command
 * line. WebKitGTK ignores both
 * @returns {Promise<RunningBrowser>}
 */
export async function launchBrowser(name, { profile, args = [] } = {}) {
  const found = await findBrowser(name);
  if (!found) throw new Error(`No ${name} on this machine: run "npm run setup -- --browsers".`);
  if (found.driver === 'webkitgtk') {
    /** @type {Set<Page>} */
    const pages = new Set();
    return {
      name,
      async open(url, options) {
        const page = await openWebKitGtk(url, options);
        pages.add(page);
        return page;
      },
      async close() {
        await Promise.all([...pages].map((page) => page.close()));
      },
    };
  }
  const playwright = await import('playwright-core');
  const launchOptions = {
    headless: true,
    ...found.launchOptions,
    args: [...(found.launchOptions.args ?? []), ...args],
  };
  const kept = profile && (await playwright[name].launchPersistentContext(profile, launchOptions));
  const browser = kept ? undefined : await playwright[name].launch(launchOptions);
  return {
    name,
    async open(url, { onConsole } = {}) {
      const context = kept || (await /** @type {import('playwright-core').Browser} */ (browser).newContext());
      const page = await context.newPage();
      if (onConsole) {
        page.on('console', (message) => onConsole(message.type(), message.text()));
        page.on('pageerror', (error) => onConsole('error', String(error)));
      }
      await page.goto(url);
      return {
        evaluate: (source, ...args) =>
          page.evaluate(typeof source === 'string' ? source : `(${source})(...${JSON.stringify(args)})`),
        close: () => (kept ? page.close() : context.close()),
      };
    },
    close: async () => {
      if (kept) await kept.close();
      else await browser?.close();
    },
  };
}
