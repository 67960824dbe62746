// Web Locks within this thread, for platforms without Web Locks. Each name has a queue, and the
// first request is granted first.

interface Wanted {
  readonly name: string;
  readonly isShared: boolean;
  readonly grant: () => void;
}

export class Locks {
  #held: Wanted[] = [];
  #queue: Wanted[] = [];

  async request<T>(
    name: string,
    options: LockOptions | ((lock: unknown) => T | Promise<T>),
    callback?: (lock: unknown) => T | Promise<T>,
  ): Promise<T> {
    const { mode = 'exclusive', ifAvailable = false, signal } = typeof options === 'function' ? {} : options;
    const run = (typeof options === 'function' ? options : callback) as (lock: unknown) => T | Promise<T>;
    const isShared = mode === 'shared';
    if (ifAvailable && !this.#isFree(name, isShared)) return run(null);
    let wanted: Wanted | undefined;
    await new Promise<void>((resolve, reject) => {
      wanted = { name, isShared, grant: resolve };
      this.#queue.push(wanted);
      signal?.addEventListener('abort', () => {
        if (!this.#queue.includes(wanted as Wanted)) return;
        this.#queue = this.#queue.filter((other) => other !== wanted);
        reject(new DOMException('aborted', 'AbortError'));
      });
      this.#work();
    });
    try {
      return await run({ name, mode });
    } finally {
      this.#held = this.#held.filter((other) => other !== wanted);
      this.#work();
    }
  }

  async query(): Promise<LockManagerSnapshot> {
    return { held: this.#held.map(({ name }) => ({ name })), pending: this.#queue.map(({ name }) => ({ name })) };
  }

  #isFree(name: string, isShared: boolean): boolean {
    return [...this.#held, ...this.#queue].every((other) => other.name !== name || (isShared && other.isShared));
  }

  #work(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const wanted of queue) {
      if (this.#isFree(wanted.name, wanted.isShared)) {
        this.#held.push(wanted);
        wanted.grant();
      } else this.#queue.push(wanted);
    }
  }
}
