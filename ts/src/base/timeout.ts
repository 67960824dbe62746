// Waiting with a limit.

/** How long closing a database may take in all, in milliseconds, also if the storage hangs. */
export const CLOSING_MS = 4_000;

/** Resolves or rejects like `running`, or resolves after `ms` milliseconds. */
export async function withTimeout(ms: number, running: Promise<unknown> | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([running, patience]);
  } finally {
    clearTimeout(timer);
  }
}

/** The moment by which several successive steps must end. */
export class Deadline {
  readonly #at: number;

  /** @param ms from now */
  constructor(ms: number) {
    this.#at = performance.now() + ms;
  }

  /** Milliseconds left. */
  get left(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /**
   * As {@link withTimeout}, until `kept` milliseconds before the deadline. Later steps then have
   * `kept` milliseconds left.
   */
  within(running: Promise<unknown> | undefined, kept = 0): Promise<void> {
    return withTimeout(Math.max(0, this.#at - kept - performance.now()), running);
  }
}
