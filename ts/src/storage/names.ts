// Names of chunks: nobody else's, and telling when they were made, so that what a dead tab has left behind can be told from what a living one is
// about to speak of.

/** What is older than this and spoken of nowhere is nobody's any more, in milliseconds. */
const ORPHAN_MS = 24 * 3_600_000;

export class Names {
  /** Who makes them: a part of every name. */
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

  isOrphan(name: string): boolean {
    const made = Number.parseInt(name, 36);
    return Number.isNaN(made) || this.#now() - made > ORPHAN_MS;
  }
}

/** What a chunk is, as `next` was told; undefined if the name is not of this kind. */
export function kindOf(name: string): string | undefined {
  return /^[0-9a-z]+-[0-9a-z]+-\d+-(.+)$/.exec(name)?.[1];
}
