/** Starts a browser, or Node, whose processes can be found by the name of a folder. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from '../browsers.mjs';
import { root, Stop } from '../run.mjs';

/** @typedef {'chromium' | 'firefox' | 'node'} Name */
/** @typedef {'browser' | 'page' | 'worker' | 'reload'} End */
/** @typedef {'writes' | 'texts'} Kind */

/** What Firefox does at each start beside showing the page. */
const FIREFOX_EXTRAS = [
  'app.normandy.enabled',
  'app.update.enabled',
  'browser.newtab.preload',
  'browser.newtabpage.enabled',
  'browser.region.update.enabled',
  'browser.safebrowsing.malware.enabled',
  'browser.safebrowsing.phishing.enabled',
  'browser.search.update',
  'datareporting.policy.dataSubmissionEnabled',
  'dom.ipc.processPrelaunch.enabled',
  'extensions.systemAddon.update.enabled',
  'extensions.update.enabled',
  'media.gmp-manager.updateEnabled',
  'network.captive-portal-service.enabled',
  'network.connectivity-service.enabled',
  'toolkit.telemetry.enabled',
];

/** The processes of pages. */
export const PAGE_PROCESS = {
  chromium: /--type=renderer/,
  firefox: /-contentproc.* tab$|-contentproc.*\btab\b/,
  node: /(?:)/,
};

/** The stories that can be told. @param {Name} name @returns {readonly Kind[]} */
export const storiesOf = (name) => (name === 'node' ? ['texts'] : ['writes', 'texts']);

/** How a cycle may end. Node has no pages. @param {Name} name @returns {readonly End[]} */
export const endsOf = (name) => (name === 'node' ? ['browser'] : ['browser', 'page', 'worker', 'reload']);

const CHROMIUM_ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--disable-default-apps',
  '--disable-component-extensions-with-background-pages',
  '--disable-features=Translate,OptimizationHints,MediaRouter',
  '--metrics-recording-only',
];

/**
 * @param {Name} name
 * @param {string} profile an empty folder, in the command line of each process
 * @returns {Promise<(page: string) => void>} opens the page in a new browser. `page`: the address
 */
export async function starter(name, profile) {
  const start = (/** @type {string} */ file, /** @type {string[]} */ args) =>
    void spawn(file, args, { stdio: 'ignore', detached: true });
  if (name === 'node') {
    return (page) => start(process.execPath, [join(root, 'ts/test/kill/in-node.mjs'), page, profile]);
  }
  const browser = await findBrowser(name);
  if (browser === undefined) throw new Stop(`No ${name} on this machine: run "npm run setup -- --browsers".`);
  const { executablePath } = browser;
  if (name === 'chromium')
    return (page) => start(executablePath, [...CHROMIUM_ARGS, `--user-data-dir=${profile}`, page]);
  writeFileSync(join(profile, 'user.js'), FIREFOX_EXTRAS.map((extra) => `user_pref('${extra}', false);\n`).join(''));
  // The port lets Firefox start as for any automation: with one page, and not with that of the last
  // session beside it.
  const args = ['--headless', '--profile', profile, '--no-remote', '--remote-debugging-port', '0'];
  return (page) => start(executablePath, [...args, page]);
}
