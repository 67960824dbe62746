/** Runs a benchmark's function in pages of a browser, a new page for each case. */
import { buildApp } from './app';
import type { BrowserName } from './options';
import { serve } from './server';

/** The interface of the browsers that scripts/browsers.mjs starts, for pages that answer calls. */
interface RunningBrowser {
  open(url: string): Promise<{ evaluate(source: string): Promise<unknown> }>;
  close(): Promise<void>;
}
export type LaunchBrowser = (name: BrowserName) => Promise<RunningBrowser>;

interface Page {
  readonly root: string;
  /** The name of the page in ts/bench/page. */
  readonly name: string;
  /** The global function of the page. */
  readonly call: string;
  /** The folder of the data, if the page loads data. */
  readonly folder?: string | null;
}

/**
 * @param cases the argument of each call
 * @param measured called after each case
 */
export async function measureInPages<A, M>(
  { root, name, call, folder = null }: Page,
  browserName: BrowserName,
  launchBrowser: LaunchBrowser,
  cases: readonly A[],
  measured: (result: M, asked: A) => void,
): Promise<void> {
  const server = await serve(await buildApp(root, name), folder, {}, () => {});
  const browser = await launchBrowser(browserName);
  try {
    for (const asked of cases) {
      const page = await browser.open(`${server.url}${name}.html`);
      measured((await page.evaluate(`${call}(${JSON.stringify(asked)})`)) as M, asked);
    }
  } finally {
    await browser.close();
    server.close();
  }
}
