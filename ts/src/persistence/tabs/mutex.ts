// Keeps work of several tabs apart, by Web Locks: work for one tab at a time, and work that must
// not run while another tab reads.
//
// Without Web Locks, or if the holder of a lock is frozen, two tabs may make a checkpoint at once.
// The log then lets only one checkpoint through: the other costs time and nothing else. A tab may
// also delete chunks that another tab is reading. The reader then gets an error.

import { webLocks } from '../../base/web-locks.js';

/** How long to wait for another tab, in milliseconds. */
const WAIT_MS = 10_000;

/**
 * Runs `run` while no other tab runs under the same name. If another tab does, waits for the other
 * tab if `waits` is true, and otherwise does nothing.
 */
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
 * Runs `run` after all earlier callers under the same name. After `ms` milliseconds of waiting,
 * runs anyway with `isInVain`: the holder of the name may be frozen.
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

/** Without Web Locks: the number of holders of each name in this thread. */
const holders = new Map<string, number>();

/**
 * Takes a shared lock. The returned function releases the lock. While a tab holds the lock,
 * `unlessHeld` does nothing in any tab. Without Web Locks, the lock covers only this thread. If
 * another tab does not end its `unlessHeld` in time, the caller goes on without the lock.
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
      // Another tab is frozen in `unlessHeld`. The caller goes on without the lock.
      .catch(() => resolve(() => {}));
  });
}

/** Runs `run` if nobody holds the name. False if somebody does. */
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
