// Names of chunks: nobody else's, and telling when they were made. Where it cannot be known who has
// a storage open, the time tells what a dead tab has left behind from what a living one is about to
// name.

/** What is older than this and spoken of nowhere is nobody's any more, in milliseconds. */
const OLD_MS = 24 * 3_600_000;

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

  /** Whether it was made here. */
  isOwn(name: string): boolean {
    return name.split('-')[1] === this.writer;
  }

  /** Whether it was made so long ago that whoever made it has named its chunk, or never will. */
  isOld(name: string): boolean {
    const made = Number.parseInt(name, 36);
    return Number.isNaN(made) || this.#now() - made > OLD_MS;
  }
}

/** What a chunk is, as `next` was told; undefined if the name is not of this kind. */
export function kindOf(name: string): string | undefined {
  return /^[0-9a-z]+-[0-9a-z]+-\d+-(.+)$/.exec(name)?.[1];
}
