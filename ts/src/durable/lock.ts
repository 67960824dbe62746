// What one tab does at a time, by Web Locks. Where there are none, or whoever holds the lock does not let go, two may do it at once: the log
// lets one of them through, which costs time and nothing else.

/** How long to wait for another tab, in milliseconds. */
const WAIT_MS = 10_000;

/** Runs while no other tab does. `waits` for one that does; else it then does nothing. */
export async function oneTabAtATime(name: string, waits: boolean, run: () => Promise<void>): Promise<void> {
  const locks = typeof navigator === 'object' ? navigator.locks : undefined;
  if (locks === undefined) return run();
  if (!waits) {
    await locks.request(name, { ifAvailable: true }, (lock) => (lock === null ? undefined : run()));
    return;
  }
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), WAIT_MS);
  let started = false;
  try {
    await locks.request(name, { signal: patience.signal }, () => {
      started = true;
      clearTimeout(timer);
      return run();
    });
  } catch (error) {
    if (started) throw error;
    await run();
  } finally {
    clearTimeout(timer);
  }
}
