/** The service worker: keeps the page, the model and the dictionary for use without a network. */
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';

declare const self: {
  __WB_MANIFEST: { url: string; revision: string | null }[];
  skipWaiting(): Promise<void>;
} & typeof globalThis;

// A page of the site comes from the network if there is one, so that a new version shows at once.
registerRoute(
  ({ request }) => request.mode === 'navigate',
  async ({ request, url }) => {
    try {
      return await fetch(request);
    } catch (error) {
      const page = new URL(url);
      if (page.pathname.endsWith('/')) page.pathname += 'index.html';
      page.search = '';
      const kept = await matchPrecache(page.href);
      if (kept) return kept;
      throw error;
    }
  },
);
precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
void self.skipWaiting();
