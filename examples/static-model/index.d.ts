/** The length of each vector. */
export const dimensions: 256;

/**
 * Turns English texts into vectors, in the order of the texts. Texts of similar meaning get vectors
 * with a small angle.
 *
 * The first call loads the model (7.5 MB). Later calls take microseconds for each text. If loading
 * fails, the promise rejects, and the next call loads again.
 *
 * @returns a vector of 256 numbers for each text, of length 1. A text without a known word gets the
 * same vector as an empty text, far from texts with a meaning
 *
 * @example
 * const [tea, coffee] = await embed(['a cup of tea', 'a cup of coffee']);
 */
export function embed(texts: readonly string[]): Promise<Float32Array<ArrayBuffer>[]>;

/** Options of {@link load}. */
export interface LoadOptions {
  /**
   * The address of `static-en-256.bin`. By default, the file beside this module. Pass an address if
   * your bundler (such as esbuild) does not copy files named by `new URL(…, import.meta.url)`.
   */
  readonly url?: URL | string;
  /** The bytes of `static-en-256.bin`, if `fetch` cannot load the file: Cloudflare Workers. */
  readonly bytes?: ArrayBuffer;
}

/**
 * Loads the model before the first call of {@link embed}. If the model is loaded already, the
 * function resolves at once.
 */
export function load(options?: LoadOptions): Promise<void>;
