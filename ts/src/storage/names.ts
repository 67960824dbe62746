// Names of chunks. Each name is unique, and contains the creation time of the chunk. If nobody can
// tell which tabs have a storage open, the time separates orphans of dead tabs from chunks that a
// living tab is about to name.

/** Milliseconds. An older chunk that neither checkpoint nor log names is an orphan. */
const OLD_MS = 24 * 3_600_000;

export class Names {
  /** Identifies the maker of the names. Each name contains `writer`. */
  readonly writer: string;
  readonly #now: () => number;
  #made = 0;

  constructor(now: () => number = Date.now) {
    this.writer = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join('');
    this.#now = now;
  }

  next(what: string): string {
    return `${this.#now().toString(36)}-${this.writer}-${++this.#made}-${what}`;
  }

  /** Whether this object made the name. */
  isOwn(name: string): boolean {
    return name.split('-')[1] === this.writer;
  }

  /**
   * Whether the name is so old that its maker has named the chunk in checkpoint or log, or never
   * will. True also if the name has no time.
   */
  isOld(name: string): boolean {
    const made = Number.parseInt(name, 36);
    return Number.isNaN(made) || this.#now() - made > OLD_MS;
  }
}

/** The kind of a chunk, as `next` got the kind. Undefined if `next` did not make the name. */
export function kindOf(name: string): string | undefined {
  return /^[0-9a-z]+-[0-9a-z]+-\d+-(.+)$/.exec(name)?.[1];
}

/** The time at which a chunk got its name. Undefined if `next` did not make the name. */
export function madeAt(name: string): Date | undefined {
  return kindOf(name) === undefined ? undefined : new Date(Number.parseInt(name, 36));
}
