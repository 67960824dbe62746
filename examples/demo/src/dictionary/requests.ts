/** Counts the requests of this page, to show that a search sends nothing. */

/**
 * Counts from now on. Every load of a file, `fetch`, beacon and image of the page is an entry of
 * the browser's own list.
 *
 * @param onCount called at once, and after each further request
 * @returns begins again with 0
 */
export function countRequests(onCount: (count: number, latest: string | null) => void): () => void {
  let since: number;
  let count: number;
  const restart = () => {
    since = performance.now();
    count = 0;
    onCount(0, null);
  };
  restart();
  new PerformanceObserver((list) => {
    for (const { startTime, name } of list.getEntries()) {
      if (startTime >= since) onCount(++count, name);
    }
  }).observe({ type: 'resource' });
  return restart;
}
