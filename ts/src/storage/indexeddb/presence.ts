// Who has a storage open, by Web Locks: each holds a lock of its own for as long as it has the
// storage open. The browser takes the lock from a tab or worker that ends, however it ends.

import { webLocks } from '../../base/web-locks.js';

/**
 * The name of the lock that a worker of version 1.0.0-alpha.1 holds for as long as the worker lives.
 * That version has no lock of this kind, and the name does not tell which database the worker has
 * open: while there is such a worker, nobody is alone.
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

  /** Resolves once all others can know of it. Without Web Locks, nobody does. */
  static async begin(name: string): Promise<Presence> {
    const prefix = `edgevec:${name}:open:`;
    const own = prefix + Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join('');
    const release = await new Promise<(() => void) | undefined>((resolve) => {
      const locks = webLocks();
      if (locks === undefined) return resolve(undefined);
      // Some frames have locks, and refuse to give any.
      locks.request(own, () => new Promise<void>((end) => resolve(end))).catch(() => resolve(undefined));
    });
    return new Presence(prefix, own, release);
  }

  /** Whether nobody else has it open. False if that cannot be known. */
  async isAlone(): Promise<boolean> {
    if (this.#release === undefined) return false;
    const { held = [], pending = [] } =
      (await webLocks()
        ?.query?.()
        .catch(() => undefined)) ?? {};
    const names = [...held, ...pending].map(({ name = '' }) => name);
    if (names.some((name) => WORKER_OF_ALPHA_1.test(name))) return false;
    const present = names.filter((name) => name.startsWith(this.#prefix));
    return present.length === 1 && present[0] === this.#own;
  }

  end(): void {
    this.#release?.();
  }
}
