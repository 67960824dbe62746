/**
 * The smallest step of this page's clock in milliseconds. Browsers round the clock to 5 µs, 0.1 ms
 * or 1 ms.
 */
export function clockResolution(): number {
  let smallest = Number.POSITIVE_INFINITY;
  let last = performance.now();
  for (let steps = 0; steps < 10; ) {
    const now = performance.now();
    if (now === last) continue;
    smallest = Math.min(smallest, now - last);
    last = now;
    steps++;
  }
  // A float cannot hold the exact step, so only the first digit counts.
  return Number(smallest.toPrecision(1));
}
