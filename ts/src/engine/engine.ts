// One wasm instance as a handle on its index: rows go in, are linked, published, removed and saved. Searches are the
// searcher's.
//
// Memory growth detaches every view of the engine's memory, so a view is made anew for each call, and what it shows is
// copied.

import type { EngineStats } from '../base/calls.js';
import { damaged, EdgeVecError } from '../base/errors.js';
import type { EngineOptions } from '../base/options.js';
import type { Bindings, EngineFault, RawEngine } from './bindings.js';
import { faultOf, outOfMemory } from './faults.js';
import { Guard } from './guard.js';
import { Searcher } from './searcher.js';

/** A running wasm instance, without an engine yet. */
export interface Instance {
  readonly bindings: Bindings;
  readonly memory: WebAssembly.Memory;
}

/** A refused commit: which of the staged rows, and why. */
interface Refusal {
  readonly row: number;
  readonly error: EdgeVecError;
}

export class Engine {
  readonly dimensions: number;
  readonly #raw: RawEngine;
  readonly #memory: WebAssembly.Memory;
  readonly #guard: Guard;
  /** Searches in the index. */
  readonly searcher: Searcher;

  constructor(raw: RawEngine, memory: WebAssembly.Memory, dimensions: number) {
    this.dimensions = dimensions;
    this.#raw = raw;
    this.#memory = memory;
    // The glue would free a trapped engine when it is collected, which could only trap again, and where nobody catches it.
    this.#guard = new Guard(() => (raw as { __destroy_into_raw?(): unknown }).__destroy_into_raw?.());
    this.searcher = new Searcher(raw, memory, dimensions, this.#guard);
  }

  /** An engine without rows. @throws `INVALID_OPTIONS`, `OUT_OF_MEMORY` */
  static create({ bindings, memory }: Instance, options: EngineOptions): Engine {
    try {
      return new Engine(new bindings.Engine(options), memory, options.dimensions);
    } catch (error) {
      throw isFault(error) ? faultError(error) : outOfMemory(error);
    }
  }

  /** Gives the whole instance back. */
  free(): void {
    // A crashed instance is dropped as it is; calling into it again could only trap again.
    if (!this.#guard.crashed) this.#raw.free();
  }

  get crashed(): boolean {
    return this.#guard.crashed;
  }

  /** Throws `ENGINE_CRASHED` if it has: what is kept beside the engine cannot be trusted without it. */
  assertAlive(): void {
    this.#guard.assertAlive();
  }

  /** Copies `rows` vectors in and stores them hidden; returns their slots, or what is wrong with one of them. */
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
   * Takes up to `budget` steps of linking rows into the graph, and of learning how wide searches must be, where rows linked so far have made
   * that due. Returns how many remain: more than before where something has come due.
   */
  link(budget: number): number {
    return this.#guard.run(() => this.#raw.link(budget));
  }

  publish(slot: number): void {
    this.#guard.run(() => this.#raw.publish(slot));
  }

  remove(slot: number): boolean {
    return this.#guard.run(() => this.#raw.remove(slot));
  }

  /** Whether every row is in. Until then it searches as far as its rows go; nothing is compacted, calibrated or saved. */
  isWhole(): boolean {
    return this.#guard.run(() => this.#raw.isWhole());
  }

  /** The chunk of rows that a row is still to come with; undefined where it can be copied. */
  awaitedChunk(slot: number): number | undefined {
    const chunk = this.#guard.run(() => this.#raw.awaitedChunk(slot));
    return chunk < 0 ? undefined : chunk;
  }

  /** Takes a chunk of rows in, unless it does not wait for it. Rows added since stay. @throws `DAMAGED`, `OUT_OF_MEMORY` */
  admit(chunk: number, bytes: Uint8Array): void {
    this.#guard.run(() => {
      if (bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) throw damaged('the rows');
      const ptr = this.#raw.stageValues(bytes.length / Float32Array.BYTES_PER_ELEMENT);
      if (ptr === 0) throw outOfMemory();
      new Uint8Array(this.#memory.buffer, ptr, bytes.length).set(bytes);
      const status = this.#raw.admit(chunk);
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

  /** Removed rows whose room has not been freed. */
  tombstones(): number {
    return this.#guard.run(() => this.#raw.tombstones());
  }

  /** One slice of compaction; returns the work that remains. */
  compact(budget: number): number {
    return this.#guard.run(() => this.#raw.compact(budget));
  }

  /** What a snapshot begins with: who is in the engine. A copy. */
  copyHeader(): Uint8Array<ArrayBuffer> {
    return this.#guard.run(() => {
      const length = this.#raw.layOutHeader();
      return new Uint8Array(this.#memory.buffer, this.#raw.header(), length).slice();
    });
  }

  /** Chunks of a section (docs/format.md); 0 where it has none. */
  chunks(section: number): number {
    return this.#guard.run(() => this.#raw.chunks(section));
  }

  /** Bytes of a chunk that is there. */
  chunkBytes(section: number, chunk: number): number {
    return this.#guard.run(() => this.#raw.chunkBytes(section, chunk));
  }

  /** Whether a chunk that is there has changed since it was saved. */
  isDirty(section: number, chunk: number): boolean {
    return this.#guard.run(() => this.#raw.isDirty(section, chunk));
  }

  /** Says that a chunk that is there has been saved as it is. */
  setClean(section: number, chunk: number): void {
    this.#guard.run(() => this.#raw.setClean(section, chunk));
  }

  /** A copy of a chunk that is there. */
  copyChunk(section: number, chunk: number): Uint8Array<ArrayBuffer> {
    return this.#guard.run(() => {
      const length = this.#raw.chunkBytes(section, chunk);
      return new Uint8Array(this.#memory.buffer, this.#raw.chunk(section, chunk), length).slice();
    });
  }

  /** The engine's counts; memory is what the instance holds as a whole, free room included. */
  stats(): EngineStats {
    return this.#guard.run(() => ({ ...this.#raw.stats(), memoryBytes: this.#memory.buffer.byteLength }));
  }
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
