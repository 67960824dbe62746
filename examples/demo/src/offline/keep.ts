/** Starts the service worker, if the page is built and the browser has service workers. */

/** @returns whether the page works without a network, in a word or two */
export async function keepOffline(): Promise<string> {
  // Vite's development server changes its files all the time.
  if (import.meta.env.DEV) return 'in the built page';
  if (!('serviceWorker' in navigator)) return 'not in this browser';
  try {
    await navigator.serviceWorker.register(new URL('sw.js', document.baseURI));
    await navigator.serviceWorker.ready;
    return 'ready';
  } catch {
    return 'not here: the browser refuses';
  }
}
