// A database on its way into a file: copied while nothing changes, handed out piece by piece afterwards.

import { encodeManifest, type Manifest, refsIn, type StoredOptions } from '../checkpoint/manifest.js';
import { manifestOf, placesOf, type Shape, type State, shapeOf } from '../checkpoint/places.js';
import type { AtRest } from '../checkpoint/save.js';
import type { Slices } from '../slices.js';
import { type ChunkRef, refOf } from '../storage/chunk.js';
import { encodeStart, numbered } from './file.js';

const HEADER_KEY = 'header';

export class Export {
  /** Its chunks are named by their place in the file. */
  readonly manifest: Manifest;
  #hasBegun = false;
  readonly #order: readonly string[];
  /** By the name of the chunk: given away as they are handed out. */
  readonly #copies: Map<string, Uint8Array>;
  #next = 0;

  private constructor(manifest: Manifest, order: readonly string[], copies: Map<string, Uint8Array>) {
    this.manifest = manifest;
    this.#order = order;
    this.#copies = copies;
  }

  /** Copies everything: writes wait until that is done, searches go on. Undefined where rows are still to come. */
  static async begin(
    state: () => State,
    options: StoredOptions,
    atRest: AtRest,
    slices: Slices,
  ): Promise<Export | undefined> {
    const copies = new Map<string, Uint8Array>();
    const found: { shape?: Shape; nextId?: number } = {};
    await atRest(copyAll(state, copies, found));
    if (found.shape === undefined) return undefined;
    const refs = new Map<string, ChunkRef>();
    const keys = copies.keys();
    // Sums take longer than copies, and nobody need wait for them.
    await slices.run(() => {
      const { done, value: key } = keys.next();
      if (done) return true;
      refs.set(key, refOf(key, copies.get(key) as Uint8Array));
      return false;
    });
    const ref = (key: string): ChunkRef => refs.get(key) as ChunkRef;
    const { shape, nextId } = found as Required<typeof found>;
    const manifest = manifestOf(options, nextId, ref(HEADER_KEY), shape, ref);
    return new Export(
      numbered(manifest),
      refsIn(manifest).map(({ name }) => name),
      copies,
    );
  }

  /** The next piece of the file; undefined behind the last. */
  next(): Uint8Array | undefined {
    if (this.#hasBegun) return this.nextChunk();
    this.#hasBegun = true;
    return encodeStart(encodeManifest(this.manifest));
  }

  /** The next chunk, in the manifest's order; undefined behind the last. */
  nextChunk(): Uint8Array | undefined {
    const key = this.#order[this.#next++];
    if (key === undefined) return undefined;
    const bytes = this.#copies.get(key);
    this.#copies.delete(key);
    return bytes;
  }
}

function* copyAll(
  current: () => State,
  copies: Map<string, Uint8Array>,
  found: { shape?: Shape; nextId?: number },
): Generator<undefined, void> {
  const state = current();
  if (!state.engine.isWhole()) return;
  yield* state.rows.measure();
  for (const place of placesOf(state)) {
    const bytes = yield* place.copy();
    if (bytes !== undefined) copies.set(place.key, bytes);
    yield;
  }
  copies.set(HEADER_KEY, state.engine.copyHeader());
  found.shape = shapeOf(state);
  found.nextId = state.rows.nextId;
}
