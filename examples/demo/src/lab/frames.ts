/**
 * Measures the gaps between this page's frames. A user feels a long gap if some work blocks the
 * thread.
 */
export class FrameMeter {
  /** The latest gaps in milliseconds, oldest first. */
  readonly gaps: number[] = [];
  worst = 0;
  #last = 0;
  #handle = 0;
  #frames = 0;

  constructor(
    private readonly onFrame: (meter: FrameMeter) => void,
    private readonly keep = 600,
  ) {
    // A hidden page gets no frames. The gap until the page is visible again is no effect of the
    // build.
    document.addEventListener('visibilitychange', () => {
      this.#last = 0;
    });
  }

  get running(): boolean {
    return this.#handle !== 0;
  }

  get frames(): number {
    return this.#frames;
  }

  start(): void {
    this.stop();
    this.gaps.length = 0;
    this.worst = 0;
    this.#frames = 0;
    this.#last = 0;
    this.#handle = requestAnimationFrame(this.#tick);
  }

  stop(): void {
    cancelAnimationFrame(this.#handle);
    this.#handle = 0;
  }

  #tick = (now: number): void => {
    if (this.#last > 0) {
      const gap = now - this.#last;
      this.gaps.push(gap);
      if (this.gaps.length > this.keep) this.gaps.shift();
      this.worst = Math.max(this.worst, gap);
      this.#frames++;
    }
    this.#last = now;
    this.#handle = requestAnimationFrame(this.#tick);
    this.onFrame(this);
  };
}
