import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { BROWSERS, findBrowser, playwrightUse } from './scripts/browsers.mjs';

// Chosen once, then inherited by the workers, which read this file again.
const { CI, EDGEVEC_DEMO_PORT = String(20_000 + (process.pid % 10_000)) } = process.env;
Object.assign(process.env, { EDGEVEC_DEMO_PORT });
const baseURL = `http://localhost:${EDGEVEC_DEMO_PORT}/`;

const found = (await Promise.all(BROWSERS.map(findBrowser))).filter((browser) => browser !== undefined);

/** Models for the dictionary. The repository has no model of this size, and tests load no model. */
const MODELS = '../shared/models';
const models = existsSync(MODELS) ? ` --models ${MODELS}` : '';

export default defineConfig({
  outputDir: 'test-results',
  // Patience with a loaded machine: a wait ends as soon as what it waits for is there.
  timeout: 1_200_000,
  expect: { timeout: 300_000 },
  // An action that waits for ever should fail with its own name.
  use: { actionTimeout: 300_000, navigationTimeout: 300_000 },
  // Files at the same time. Each worker has browser contexts of its own.
  workers: 2,
  forbidOnly: Boolean(CI),
  projects: [
    // Only Playwright's own fixtures can drive the demo; WebKitGTK is not among them.
    ...found
      .filter(({ driver }) => driver === 'playwright')
      .map((browser) => ({
        name: `demo-${browser.name}`,
        testDir: 'ts/test/demo',
        // Playwright cannot give a folder to a stock Firefox.
        testIgnore: browser.name === 'firefox' && browser.origin === 'system' ? ['**/folder.spec.ts'] : [],
        use: { baseURL, ...playwrightUse(browser) },
      })),
    // A single worker, which installs and builds the apps once for all browsers.
    { name: 'package', testDir: 'ts/test/package', workers: 1 },
  ],
  webServer: {
    command: `node scripts/demo.mjs --port ${EDGEVEC_DEMO_PORT}${models}`,
    url: baseURL,
  },
});
