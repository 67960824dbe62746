// One wasm instance as a handle on its index: rows are added, linked, published, removed and saved.
// The searcher searches.
//
// Memory growth detaches every view of the engine's memory, so each call makes a new view, and
// copies out of the view.

import type { EngineStats } from '../base/calls.js';
import { damaged, EdgeVecError } from '../base/errors.js';
import type { EngineOptions } from '../base/options.js';
import type { Bindings, EngineFault, RawEngine, RawSearcher, RawTexts, TextBindings } from './bindings.js';
import { failureOf, faultOf, isTrap, outOfMemory } from './faults.js';
import { abandon, Guard } from './guard.js';
import { Searcher } from './searcher.js';
import type { Texts } from './texts.js';

/** A running wasm instance, without an engine yet. */
export interface Instance {
  readonly bindings: Bindings;
  readonly memory: WebAssembly.Memory;
}

/** A running wasm instance for text search or for sparse vectors. */
export interface TextInstance {
  readonly bindings: TextBindings;
  readonly memory: WebAssembly.Memory;
}

/** A refused commit: the staged row at fault, and the error. */
interface Refusal {
  readonly row: number;
  readonly error: EdgeVecError;
}

export class Engine {
  readonly dimensions: number;
  readonly #raw: RawEngine;
  readonly #rawSearcher: RawSearcher;
  readonly #memory: WebAssembly.Memory;
  readonly #guard: Guard;
  /** The indexes of words, by the memory of their instances. */
  readonly #texts = new Map<WebAssembly.Memory, RawTexts>();
  /** Searches in the index. */
  readonly searcher: Searcher;

  /** @throws `OUT_OF_MEMORY` if there is no room for a searcher. `raw` has ended then */
  constructor(raw: RawEngine, memory: WebAssembly.Memory, dimensions: number) {
    this.dimensions = dimensions;
    this.#raw = raw;
    this.#rawSearcher = searcherOf(raw);
    this.#memory = memory;
    this.#guard = new Guard(() => {
      abandon(this.#raw);
      abandon(this.#rawSearcher);
      for (const raw of this.#texts.values()) abandon(raw);
    });
    this.searcher = new Searcher(raw, this.#rawSearcher, memory, dimensions, this.#guard);
  }

  /** An engine without rows. @throws `INVALID_OPTIONS`, `OUT_OF_MEMORY` */
  static create({ bindings, memory }: Instance, options: EngineOptions): Engine {
    try {
      return new Engine(new bindings.Engine(options), memory, options.dimensions);
    } catch (error) {
      throw isFault(error) ? faultError(error) : unmade(error);
    }
  }

  /** Gives the whole instance back. */
  free(): void {
    // A crashed instance is dropped as it is: another call could only trap again.
    if (this.#guard.crashed) return;
    this.#rawSearcher.free();
    for (const raw of this.#texts.values()) raw.free();
    this.#raw.free();
  }

  get crashed(): boolean {
    return this.#guard.crashed;
  }

  /** @throws `ENGINE_CRASHED`: without the engine, ids and metadata cannot be trusted */
  assertAlive(): void {
    this.#guard.assertAlive();
  }

  /**
   * Copies `rows` vectors in and stores the rows hidden. Returns the slots of the rows, or the
   * fault of a row.
   */
  add(vectors: Float32Array, rows: number): Uint32Array | Refusal {
    return this.#guard.run(() => {
      const ptr = this.#raw.stage(rows);
      if (ptr === 0) return { row: 0, error: outOfMemory() };
      new Float32Array(this.#memory.buffer, ptr, vectors.length).set(vectors);
      const status = this.#raw.commit();
      if (status !== 0) {
        const row = this.#raw.faultRow();
        const vector = vectors.subarray(row * this.dimensions, (row + 1) * this.dimensions);
        return { row, error: faultOf(status, vector) };
      }
      const slots = this.#raw.slots();
      return new Uint32Array(this.#memory.buffer, slots, rows).slice();
    });
  }

  /**
   * Takes up to `budget` steps of linking rows into the graph, and of calibrating, if rows linked
   * so far have made a calibration due. At the end come the steps of `sketching`. Returns how many
   * steps remain: more than before if a calibration has come due.
   */
  link(budget: number): number {
    return this.#guard.run(() => this.#raw.link(budget));
  }

  /**
   * The number of slots that wait for links: committed rows, and rows that were removed before
   * their turn.
   */
  unlinked(): number {
    return this.#guard.run(() => this.#raw.unlinked());
  }

  /**
   * Lets the last `count` committed rows wait for their links behind all other rows. For rows that
   * no caller waits for.
   */
  postpone(count: number): void {
    this.#guard.run(() => this.#raw.postpone(count));
  }

  /** How many slots of the queue are postponed. */
  postponed(): number {
    return this.#guard.run(() => this.#raw.postponed());
  }

  /** The number of steps of `link` left for sketches, once no row waits for links. */
  sketching(): number {
    return this.#guard.run(() => this.#raw.sketching());
  }

  publish(slot: number): void {
    this.#guard.run(() => this.#raw.publish(slot));
  }

  remove(slot: number): boolean {
    return this.#guard.run(() => this.#raw.remove(slot));
  }

  /**
   * An index of words without rows, in place of an earlier index in the instance. A trap in the
   * instance ends this engine too: words and rows belong together.
   *
   * @param make the class, which only text search and sparse vectors load
   * @param k1 of BM25
   * @param b of BM25
   * @param firstSegment the least number of a new segment
   */
  texts({ bindings, memory }: TextInstance, make: typeof Texts, k1: number, b: number, firstSegment: number): Texts {
    return this.#guard.run(() => {
      this.#texts.get(memory)?.free();
      this.#texts.delete(memory);
      const raw = new bindings.Texts(k1, b, firstSegment);
      this.#texts.set(memory, raw);
      return new make(raw, memory, this.#guard);
    });
  }

  /** Whether every row is in. Until then, the engine does not compact, calibrate or save. */
  isWhole(): boolean {
    return this.#guard.run(() => this.#raw.isWhole());
  }

  /** The missing chunk that holds a row; undefined if the row can be copied. */
  missingChunk(slot: number): number | undefined {
    const chunk = this.#guard.run(() => this.#raw.missingChunk(slot));
    return chunk < 0 ? undefined : chunk;
  }

  /** Loads a missing chunk of rows. Newer rows stay. @throws `DAMAGED`, `OUT_OF_MEMORY` */
  loadChunk(chunk: number, bytes: Uint8Array): void {
    this.#guard.run(() => {
      if (bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) throw damaged('the rows');
      const ptr = this.#raw.stageValues(bytes.length / Float32Array.BYTES_PER_ELEMENT);
      if (ptr === 0) throw outOfMemory();
      new Uint8Array(this.#memory.buffer, ptr, bytes.length).set(bytes);
      const status = this.#raw.loadChunk(chunk);
      if (status !== 0) throw faultOf(status);
    });
  }

  /** The `ef` by which a search for `k` rows reaches a recall. */
  efFor(k: number, recall: number): number {
    return this.#guard.run(() => this.#raw.efFor(k, recall));
  }

  /** Copies the vector of a row into `target` at `offset`. */
  copyRow(slot: number, target: Float32Array, offset: number): void {
    this.#guard.run(() => {
      const ptr = this.#raw.row(slot);
      target.set(new Float32Array(this.#memory.buffer, ptr, this.dimensions), offset);
    });
  }

  /** The number of removed rows that wait for compaction. */
  tombstones(): number {
    return this.#guard.run(() => this.#raw.tombstones());
  }

  /** The number of slots that new rows take first, in place of rows whose room has been freed. */
  freeSlots(): number {
    return this.#guard.run(() => this.#raw.freeSlots());
  }

  /**
   * A slice of compaction. Returns the remaining work.
   *
   * @param renews whether to code all rows again at the end, if the codes have drifted
   */
  compact(budget: number, renews: boolean): number {
    return this.#guard.run(() => this.#raw.compact(budget, renews));
  }

  /** A copy of the header of a snapshot: the slots and the state of each. */
  copyHeader(): Uint8Array<ArrayBuffer> {
    return this.#guard.run(() => {
      const length = this.#raw.layOutHeader();
      return new Uint8Array(this.#memory.buffer, this.#raw.header(), length).slice();
    });
  }

  /** Chunks of a section (docs/format.md). */
  chunks(section: number): number {
    return this.#guard.run(() => this.#raw.chunks(section));
  }

  /** Bytes of a chunk. */
  chunkBytes(section: number, chunk: number): number {
    return this.#guard.run(() => this.#raw.chunkBytes(section, chunk));
  }

  /** Whether a chunk has changed since it was saved. */
  isDirty(section: number, chunk: number): boolean {
    return this.#guard.run(() => this.#raw.isDirty(section, chunk));
  }

  /** Notes that a chunk has been saved. */
  setClean(section: number, chunk: number): void {
    this.#guard.run(() => this.#raw.setClean(section, chunk));
  }

  /** A copy of a chunk. */
  copyChunk(section: number, chunk: number): Uint8Array<ArrayBuffer> {
    return this.#guard.run(() => {
      const length = this.#raw.chunkBytes(section, chunk);
      return new Uint8Array(this.#memory.buffer, this.#raw.chunk(section, chunk), length).slice();
    });
  }

  /**
   * The engine's counts. `memoryBytes` is the whole memory of the instance and of the instances
   * with words, free room included.
   */
  stats(): EngineStats {
    const distances = this.searcher.distances();
    return this.#guard.run(() => {
      const memories = [this.#memory, ...this.#texts.keys()];
      const memoryBytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
      return { ...this.#raw.stats(), distances, memoryBytes };
    });
  }
}

/** Makes a searcher. Nobody can use an engine without a searcher, so a failure ends the engine. */
function searcherOf(raw: RawEngine): RawSearcher {
  try {
    return raw.searcher();
  } catch (error) {
    if (isTrap(error)) abandon(raw);
    else raw.free();
    throw unmade(error);
  }
}

/**
 * The error if an engine or a searcher cannot be made. The making only allocates, and a failed
 * allocation ends in a `RuntimeError`.
 */
function unmade(error: unknown): EdgeVecError {
  return error instanceof WebAssembly.RuntimeError ? outOfMemory(error) : failureOf(error);
}

function isFault(error: unknown): error is EngineFault {
  return typeof error === 'object' && error !== null && 'option' in error && 'least' in error && 'most' in error;
}

function faultError({ option, least, most, got }: EngineFault): EdgeVecError {
  return new EdgeVecError('INVALID_OPTIONS', `The option ${option} is out of range`, {
    expected: `an integer from ${least} to ${most}`,
    got: `${got}`,
  });
}
