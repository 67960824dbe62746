/**
 * The `test` section of vite.config.ts: the projects `node`, `chromium`, `firefox` and `webkit`. A
 * browser that is missing on this machine gets no project, so its tests never seem to have run.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import type { TestProjectConfiguration } from 'vitest/config';
import { BaseSequencer, type BrowserInstanceOption, type TestSpecification, type TestUserConfig } from 'vitest/node';
import { BROWSERS, type BrowserName, findBrowser } from '../../../scripts/browsers.mjs';
import { webkitgtk } from './webkitgtk.js';

/**
 * Headers that a page needs for SharedArrayBuffer and fine clocks. `npm start` and the tests of the
 * demo send the same headers.
 */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Preferences of Firefox for tests. A page's request for persistence is refused, because nobody is
 * there to answer the question. Firefox limits a single site to a fifth of the limit for all sites
 * (in KiB), but at least to 10 MiB. A limit of 300 MiB leaves 60 MiB, and
 * ts/test/browser/quota.test.ts fills these 60 MiB.
 */
const FIREFOX_PREFERENCES = {
  'dom.storageManager.prompt.testing': true,
  'dom.storageManager.prompt.testing.allow': false,
  'dom.quotaManager.temporaryStorage.fixedLimit': 300 * 1024,
};

/** The languages of text search beside English. */
const { exports: STEMMERS } = JSON.parse(
  readFileSync(new URL('../../../node_modules/@orama/stemmers/package.json', import.meta.url), 'utf8'),
);

/** The packages that tests in a page import. Vite would reload the page if Vite found one later. */
const PACKAGES = [
  '@langchain/core/documents',
  '@langchain/core/embeddings',
  '@langchain/core/indexing',
  '@langchain/core/structured_query',
  '@langchain/core/utils/math',
  '@langchain/core/vectorstores',
  ...Object.keys(STEMMERS).map((path) => `@orama/stemmers/${path.slice(2)}`),
  'crc-32/crc32c.js',
  'devalue',
  'fast-check',
  'hyparquet/src/assemble.js',
  'hyparquet/src/column.js',
  'hyparquet/src/convert.js',
  'hyparquet/src/metadata.js',
  'hyparquet/src/schema.js',
  'hyparquet/src/utils.js',
  'idb',
  'porter2',
  'react',
  'react-dom',
  'react-dom/client',
  'svelte/store',
  'vue',
];

/** A limit for hanging tests only. On a loaded machine every test takes long. */
const PATIENCE_MS = 600_000;

/**
 * Tests of code that is the same in every browser: suites that also run in Node or, in every
 * browser, in a worker. The first browser runs these tests.
 */
const ONCE = 'ts/test/browser/once/**';

/**
 * Runs the test last that clears the data of the site. In Chromium, the workers of the same
 * document share no locks with the page afterwards.
 */
class ClearedLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLast = ({ moduleId }: TestSpecification) => moduleId.endsWith('/browser/cleared.test.ts');
    return [...sorted.filter((file) => !isLast(file)), ...sorted.filter(isLast)];
  }
}

async function instance(name: BrowserName): Promise<BrowserInstanceOption | undefined> {
  const found = await findBrowser(name);
  if (!found) return undefined;
  const { firefoxUserPrefs } = found.launchOptions;
  const launchOptions =
    name === 'firefox'
      ? { ...found.launchOptions, firefoxUserPrefs: { ...firefoxUserPrefs, ...FIREFOX_PREFERENCES } }
      : found.launchOptions;
  const provider = found.driver === 'webkitgtk' ? webkitgtk() : playwright({ launchOptions });
  return { name, browser: name, provider };
}

/** The repository does not install the library that runs embedding models. */
const ALIASES = {
  '@huggingface/transformers': fileURLToPath(new URL('./fake-transformers.ts', import.meta.url)),
};

/** The variables of the environment that tests in a page read. */
const PASSED_ON = ['EDGEVEC_SOAK', 'FAST_CHECK_SEED'];

function passedOn(): Record<string, string> {
  const variables = PASSED_ON.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(variables.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/**
 * Flags of V8. Tests make much garbage on a machine whose cores are busy. Fewer collections, in one
 * thread, save a quarter of the processor time of tests that store many rows.
 */
const V8 = ['--max-semi-space-size=64', '--single-threaded-gc'];

/** `expect.poll` gives up after a second by default, too early for a busy machine. */
const EXPECT = { poll: { timeout: PATIENCE_MS / 10 } };

export async function testProjects(): Promise<TestUserConfig> {
  const instances = (await Promise.all(BROWSERS.map(instance)))
    .filter((found) => found !== undefined)
    .map((found, i) => (i === 0 ? found : { ...found, exclude: [ONCE] }));
  const node: TestProjectConfiguration = {
    extends: true,
    resolve: { alias: ALIASES },
    test: {
      name: 'node',
      include: ['ts/test/{node,unit,integration}/**/*.test.ts'],
      // One file more than cores at a time, since many files wait for a disk or a process. Vitest
      // leaves a core free by default, and on two cores would run one file at a time.
      maxWorkers: availableParallelism() + 1,
      execArgv: V8,
      testTimeout: PATIENCE_MS,
      hookTimeout: PATIENCE_MS,
      expect: EXPECT,
    },
  };
  const browser: TestProjectConfiguration = {
    extends: true,
    optimizeDeps: { include: PACKAGES },
    server: { headers: ISOLATION },
    resolve: { alias: ALIASES },
    test: {
      name: 'browser',
      include: ['ts/test/browser/**/*.test.ts'],
      env: passedOn(),
      testTimeout: PATIENCE_MS,
      hookTimeout: PATIENCE_MS,
      expect: EXPECT,
      // One document runs all files, so modules load once, and the engine compiles once.
      isolate: false,
      // Runs a page at a time, because the suites measure time slices, and a second page would
      // disturb the measurement.
      fileParallelism: false,
      browser: { enabled: true, headless: true, ui: false, screenshotFailures: false, instances },
    },
  };
  return { projects: instances.length > 0 ? [node, browser] : [node], sequence: { sequencer: ClearedLast } };
}
