/**
 * The `test` section of vite.config.ts: the projects `node`, `chromium`, `firefox` and `webkit`. A
 * browser this machine does not have gets no project, so its tests cannot seem to have run.
 */
import { playwright } from '@vitest/browser-playwright';
import type { TestProjectConfiguration } from 'vitest/config';
import type { BrowserInstanceOption, TestUserConfig } from 'vitest/node';
import { BROWSERS, type BrowserName, findBrowser } from '../../../scripts/browsers.mjs';
import { webkitgtk } from './webkitgtk.js';

/**
 * What a page needs for SharedArrayBuffer and fine clocks; `npm start` and the demo's tests serve
 * the same.
 */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Of the Firefox that tests run in. Nobody is there to answer when a page asks for persistence: it
 * is refused. And Firefox knows no quota for a single site but a fifth of what all sites may store
 * (in KiB), at least 10 MiB: 300 MiB leave 60, which ts/test/browser/quota.test.ts fills.
 */
const FIREFOX_PREFERENCES = {
  'dom.storageManager.prompt.testing': true,
  'dom.storageManager.prompt.testing.allow': false,
  'dom.quotaManager.temporaryStorage.fixedLimit': 300 * 1024,
};

/** For a test that hangs, and for no other: on a loaded machine each takes its time. */
const PATIENCE_MS = 600_000;

async function instance(name: BrowserName): Promise<BrowserInstanceOption | undefined> {
  const found = await findBrowser(name);
  if (!found) return undefined;
  const launchOptions =
    name === 'firefox' ? { ...found.launchOptions, firefoxUserPrefs: FIREFOX_PREFERENCES } : found.launchOptions;
  const provider = found.driver === 'webkitgtk' ? webkitgtk() : playwright({ launchOptions });
  return { name, browser: name, provider };
}

/**
 * What is waited for may take long on a busy machine: by default `expect.poll` gives up after a
 * second.
 */
const EXPECT = { poll: { timeout: PATIENCE_MS / 10 } };

export async function testProjects(): Promise<TestUserConfig> {
  const instances = (await Promise.all(BROWSERS.map(instance))).filter((found) => found !== undefined);
  const node: TestProjectConfiguration = {
    extends: true,
    test: {
      name: 'node',
      include: ['ts/test/{node,unit,integration}/**/*.test.ts'],
      testTimeout: PATIENCE_MS,
      hookTimeout: PATIENCE_MS,
      expect: EXPECT,
    },
  };
  const browser: TestProjectConfiguration = {
    extends: true,
    // Found while tests run, they would make the page load again.
    optimizeDeps: { include: ['crc-32/crc32c.js', 'devalue', 'fast-check', 'idb'] },
    server: { headers: ISOLATION },
    test: {
      name: 'browser',
      include: ['ts/test/browser/**/*.test.ts'],
      testTimeout: PATIENCE_MS,
      hookTimeout: PATIENCE_MS,
      expect: EXPECT,
      // One page at a time: the suites measure time slices, which a second page would disturb.
      fileParallelism: false,
      browser: { enabled: true, headless: true, ui: false, screenshotFailures: false, instances },
    },
  };
  return { projects: instances.length > 0 ? [node, browser] : [node] };
}
