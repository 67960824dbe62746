/** The service worker: keeps the page, the model and the dictionary for use without a network. */
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';

declare const self: {
  __WB_MANIFEST: { url: string; revision: string | null }[];
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
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
// The code of the better model is kept once a visitor has loaded the model. A name has a hash of
// the content. transformers.js keeps the model and its runtime.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && /\/assets\/[^/]+\.js$/.test(url.pathname),
  new CacheFirst({ cacheName: 'dictionary-better' }),
);
cleanupOutdatedCaches();
void self.skipWaiting();
// The page of the first visit may load the better model too.
self.addEventListener('activate', (event) =>
  (event as Event & { waitUntil(done: Promise<void>): void }).waitUntil(self.clients.claim()),
);
