// Counts the holders of a storage by Web Locks: each holder has a lock of its own while the storage
// is open. If a tab or worker ends in any way, the browser takes the lock back.

import { webLocks } from '../../base/web-locks.js';

/**
 * The name of the lock that a worker of version 1.0.0-alpha.1 holds while the worker lives. The
 * name does not tell which database the worker has open. While any such worker lives, `isAlone` is
 * therefore false.
 */
const WORKER_OF_ALPHA_1 = /^edgevec:[0-9a-z]+:\d+$/;

export class Presence {
  readonly #prefix: string;
  readonly #own: string;
  readonly #release: (() => void) | undefined;

  private constructor(prefix: string, own: string, release: (() => void) | undefined) {
    this.#prefix = prefix;
    this.#own = own;
    this.#release = release;
  }

  /**
   * Resolves when all other tabs can see the lock. Without Web Locks, no other tab sees this tab.
   */
  static async begin(name: string): Promise<Presence> {
    const prefix = `edgevec:${name}:open:`;
    const own = prefix + Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join('');
    const release = await new Promise<(() => void) | undefined>((resolve) => {
      const locks = webLocks();
      if (locks === undefined) return resolve(undefined);
      // Some frames have the API, and refuse each request.
      locks.request(own, () => new Promise<void>((end) => resolve(end))).catch(() => resolve(undefined));
    });
    return new Presence(prefix, own, release);
  }

  /** Whether other tabs can see this tab, and this tab can see other tabs. */
  get canTell(): boolean {
    return this.#release !== undefined;
  }

  /** Whether no other tab or worker has the storage open. False if nobody can tell. */
  async isAlone(): Promise<boolean> {
    if (!this.canTell) return false;
    const names = await lockNames();
    if (names.some((name) => WORKER_OF_ALPHA_1.test(name))) return false;
    const present = names.filter((name) => name.startsWith(this.#prefix));
    return present.length === 1 && present[0] === this.#own;
  }

  /**
   * Whether another tab or worker has the storage open, after up to `ms` milliseconds in which
   * others may close the storage. False if nobody can tell.
   */
  async hasOthers(ms: number): Promise<boolean> {
    if (!this.canTell) return false;
    const until = performance.now() + ms;
    for (;;) {
      const names = await lockNames();
      const other = names.find((name) => name.startsWith(this.#prefix) && name !== this.#own);
      if (other === undefined) return false;
      if (!(await isReleased(other, until - performance.now()))) return true;
    }
  }

  end(): void {
    this.#release?.();
  }
}

/** The names of all locks of the site, held or asked for. */
async function lockNames(): Promise<string[]> {
  const { held = [], pending = [] } =
    (await webLocks()
      ?.query?.()
      .catch(() => undefined)) ?? {};
  return [...held, ...pending].map(({ name = '' }) => name);
}

/** Waits until nobody holds a lock. False after `ms` milliseconds in vain. */
async function isReleased(name: string, ms: number): Promise<boolean> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), Math.max(0, ms));
  try {
    await webLocks()?.request(name, { signal: patience.signal }, () => {});
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
