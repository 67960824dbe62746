import { defineConfig } from '@playwright/test';
import { BROWSERS, findBrowser } from './scripts/browsers.mjs';

// Chosen once, then inherited by the workers, which read this file again.
const { CI, EDGEVEC_DEMO_PORT = String(20_000 + (process.pid % 10_000)) } = process.env;
Object.assign(process.env, { EDGEVEC_DEMO_PORT });
const baseURL = `http://localhost:${EDGEVEC_DEMO_PORT}/`;

const found = (await Promise.all(BROWSERS.map(findBrowser))).filter((browser) => browser !== undefined);

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
      .map(({ name, origin, launchOptions: { channel, ...launchOptions } }) => ({
        name: `demo-${name}`,
        testDir: 'ts/test/demo',
        // Playwright cannot give a folder to a stock Firefox.
        testIgnore: name === 'firefox' && origin === 'system' ? ['**/folder.spec.ts'] : [],
        use: { baseURL, browserName: name, launchOptions, ...(channel !== undefined && { channel }) },
      })),
    // A single worker, which installs and builds the apps once for all browsers.
    { name: 'package', testDir: 'ts/test/package', workers: 1 },
  ],
  webServer: {
    command: `node scripts/demo.mjs --port ${EDGEVEC_DEMO_PORT}`,
    url: baseURL,
  },
});
