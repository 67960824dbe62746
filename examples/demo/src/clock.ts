/** The smallest step of this page's clock in milliseconds: browsers coarsen it to 5 µs, 0.1 ms or 1 ms. */
export function clockResolution(): number {
  let smallest = Number.POSITIVE_INFINITY;
  const end = performance.now() + 20;
  for (let last = performance.now(); last < end; ) {
    const now = performance.now();
    if (now > last) smallest = Math.min(smallest, now - last);
    last = now;
  }
  // Steps come out a little off because a float holds them; the first digit is what counts.
  return Number(smallest.toPrecision(1));
}
