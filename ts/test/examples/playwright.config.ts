// Installs each app of examples/ from the packed package, builds the app, and drives the app in
// every browser that Playwright can drive.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { BROWSERS, findBrowser, playwrightUse } from '../../../scripts/browsers.mjs';

// Chosen once, then inherited by the workers, which read this file again.
const { CI, EDGEVEC_EXAMPLES_FOLDER = join(tmpdir(), `edgevec-examples-${process.pid}`) } = process.env;
Object.assign(process.env, { EDGEVEC_EXAMPLES_FOLDER });

const found = (await Promise.all(BROWSERS.map(findBrowser))).filter((browser) => browser !== undefined);

export default defineConfig({
  testDir: '.',
  outputDir: '../../../test-results/examples',
  // Patience with a loaded machine: a wait ends as soon as what it waits for is there.
  timeout: 1_200_000,
  expect: { timeout: 300_000 },
  use: { actionTimeout: 300_000, navigationTimeout: 300_000 },
  workers: 2,
  forbidOnly: Boolean(CI),
  projects: [
    { name: 'install', testMatch: 'install.setup.ts', teardown: 'remove' },
    { name: 'remove', testMatch: 'remove.teardown.ts' },
    ...found
      .filter(({ driver }) => driver === 'playwright')
      .map((browser) => ({
        name: browser.name,
        testMatch: '*.spec.ts',
        dependencies: ['install'],
        use: playwrightUse(browser),
      })),
  ],
});
