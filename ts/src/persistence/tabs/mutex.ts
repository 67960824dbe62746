// What one tab does at a time, and what none does while another reads, by Web Locks. Where there are none, or whoever holds a lock does not let go, two may
// make a checkpoint at once: the log lets one of them through, which costs time and nothing else. And what is being read may be dropped, which is told.

import { webLocks } from '../../base/web-locks.js';

/** How long to wait for another tab, in milliseconds. */
const WAIT_MS = 10_000;

/** Runs while no other tab does. `waits` for one that does; else it then does nothing. */
export async function oneTabAtATime(name: string, waits: boolean, run: () => Promise<void>): Promise<void> {
  const locks = webLocks();
  if (locks === undefined) return run();
  if (!waits) {
    await locks.request(name, { ifAvailable: true }, (lock) => (lock === null ? undefined : run()));
    return;
  }
  return inQueue(name, WAIT_MS, run);
}

/**
 * Runs once all who asked for the name before have ended. Should that take longer than so many
 * milliseconds, it runs all the same: whoever holds the name may be frozen.
 */
export async function inQueue<T>(name: string, ms: number, run: (isInVain: boolean) => Promise<T>): Promise<T> {
  const locks = webLocks();
  if (locks === undefined) return run(true);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), ms);
  let started = false;
  try {
    return await locks.request(name, { signal: patience.signal }, () => {
      started = true;
      clearTimeout(timer);
      return run(false);
    });
  } catch (error) {
    if (started) throw error;
    return await run(true);
  } finally {
    clearTimeout(timer);
  }
}

/** Where there are no Web Locks: how many hold each name in this thread. */
const holders = new Map<string, number>();

/**
 * Keeps `unlessHeld` from running in any tab until the function it resolves with is called. Without Web Locks, in this thread only; and nowhere
 * where some tab does not end what it runs.
 */
export async function hold(name: string): Promise<() => void> {
  const locks = webLocks();
  if (locks === undefined) {
    holders.set(name, (holders.get(name) ?? 0) + 1);
    return once(() => {
      const others = (holders.get(name) as number) - 1;
      if (others > 0) holders.set(name, others);
      else holders.delete(name);
    });
  }
  return new Promise((resolve) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), WAIT_MS);
    locks
      .request(name, { mode: 'shared', signal: patience.signal }, () => {
        clearTimeout(timer);
        return new Promise<void>((release) => resolve(once(release)));
      })
      // Some tab is frozen in what it ran: it is gone on without.
      .catch(() => resolve(() => {}));
  });
}

/** Runs, unless somebody holds the name: false then. */
export async function unlessHeld(name: string, run: () => Promise<void>): Promise<boolean> {
  const locks = webLocks();
  if (locks === undefined) {
    if ((holders.get(name) ?? 0) > 0) return false;
    await run();
    return true;
  }
  return locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock === null) return false;
    await run();
    return true;
  });
}

function once(run: () => void): () => void {
  let ran = false;
  return () => {
    if (!ran) run();
    ran = true;
  };
}
