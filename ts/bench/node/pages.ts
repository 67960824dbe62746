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

/**
 * @param name of the page in ts/bench/page
 * @param call the global function of the page
 * @param cases the argument of each call
 * @param measured called after each case
 */
export async function measureInPages<A, M>(
  { root, name, call }: { readonly root: string; readonly name: string; readonly call: string },
  browserName: BrowserName,
  launchBrowser: LaunchBrowser,
  cases: readonly A[],
  measured: (result: M, asked: A) => void,
): Promise<void> {
  const server = await serve(await buildApp(root, name), null, {}, () => {});
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
