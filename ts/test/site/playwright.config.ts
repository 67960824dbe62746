// Visits the site of the documentation, as the last `npm run docs` has built the site, on a plain
// server.

import { defineConfig } from '@playwright/test';
import { BROWSERS, findBrowser, playwrightUse } from '../../../scripts/browsers.mjs';

// Chosen once, then inherited by the workers, which read this file again.
const { CI, EDGEVEC_SITE_PORT = String(30_000 + (process.pid % 10_000)) } = process.env;
Object.assign(process.env, { EDGEVEC_SITE_PORT });
const baseURL = `http://127.0.0.1:${EDGEVEC_SITE_PORT}/`;

const found = (await Promise.all(BROWSERS.map(findBrowser))).filter((browser) => browser !== undefined);

export default defineConfig({
  testDir: '.',
  outputDir: '../../../test-results/site',
  // Patience with a loaded machine: a wait ends as soon as what it waits for is there.
  timeout: 1_200_000,
  expect: { timeout: 300_000 },
  use: { baseURL, actionTimeout: 300_000, navigationTimeout: 300_000 },
  workers: 2,
  forbidOnly: Boolean(CI),
  projects: found
    .filter(({ driver }) => driver === 'playwright')
    .map((browser) => ({ name: browser.name, use: playwrightUse(browser) })),
  webServer: {
    command: `node scripts/docs/serve.mjs --port ${EDGEVEC_SITE_PORT}`,
    cwd: '../../..',
    url: baseURL,
  },
});
