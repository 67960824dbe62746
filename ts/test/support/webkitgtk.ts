/** A vitest browser provider for WebKitGTK. The provider only opens the page with the tests. */
import { defineBrowserProvider } from '@vitest/browser';
import type { BrowserProvider, BrowserProviderOption } from 'vitest/node';
import type { Page } from '../../../scripts/browsers.mjs';
import { openWebKitGtk } from '../../../scripts/webkitgtk.mjs';

class WebKitGtkProvider implements BrowserProvider {
  readonly name = 'webkitgtk';
  readonly supportsParallelism = false;
  private readonly pages = new Map<string, Page>();

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(sessionId: string, url: string): Promise<void> {
    await this.pages.get(sessionId)?.close();
    this.pages.set(sessionId, await openWebKitGtk(url));
  }

  async close(): Promise<void> {
    await Promise.all([...this.pages.values()].map((page) => page.close()));
    this.pages.clear();
  }
}

export function webkitgtk(): BrowserProviderOption {
  return defineBrowserProvider({
    name: 'webkitgtk',
    supportedBrowser: ['webkit'],
    options: {},
    providerFactory: () => new WebKitGtkProvider(),
  });
}
