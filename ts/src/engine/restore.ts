// An engine read back from a snapshot, chunk by chunk.

import { damaged } from '../base/errors.js';
import { SECTIONS } from '../format/sections.js';
import type { RawEngine, RawRestore } from './bindings.js';
import { Engine, type Instance } from './engine.js';
import { faultOf } from './faults.js';
import { abandon, Guard } from './guard.js';

export class EngineRestore {
  readonly #instance: Instance;
  readonly #raw: RawRestore;
  readonly #dimensions: number;
  /** Bytes must never cause a trap, but an exhausted memory may. */
  readonly #guard: Guard;
  /** What a trap leaves behind. */
  readonly #made: (RawRestore | RawEngine)[] = [];

  /**
   * Reads the header, which must be of an engine of these dimensions, and makes room for the
   * chunks.
   *
   * @param bytesOf how many bytes there are of a section (docs/format.md)
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`, `OUT_OF_MEMORY`
   */
  constructor(instance: Instance, header: Uint8Array, dimensions: number, bytesOf: (section: number) => number) {
    this.#instance = instance;
    this.#dimensions = dimensions;
    this.#guard = new Guard(() => this.#made.forEach(abandon));
    this.#raw = this.#guard.run(() => {
      const raw = new instance.bindings.EngineRestore(header.length);
      this.#made.push(raw);
      this.#view(raw.header(), header.length).set(header);
      for (const section of SECTIONS) raw.announce(section, bytesOf(section));
      const status = raw.begin();
      if (status !== 0) throw faultOf(status);
      // With other dimensions, vectors would be written beyond the engine's buffers.
      if (raw.dimensions() !== dimensions) throw damaged('the engine');
      return raw;
    });
  }

  /** Takes a chunk in. @throws `DAMAGED` if the engine has no such chunk of that size */
  fill(section: number, chunk: number, bytes: Uint8Array): void {
    this.#guard.run(() => {
      const fits = chunk < this.#raw.chunks(section) && this.#raw.chunkBytes(section, chunk) === bytes.length;
      if (!fits) throw damaged('the engine');
      this.#view(this.#raw.chunk(section, chunk), bytes.length).set(bytes);
    });
  }

  /**
   * The engine, once every chunk is in; chunks of rows may come later. `withoutGraph`: the graph
   * was damaged or left out, and every row waits for `link`.
   *
   * @throws `DAMAGED`
   */
  finish(): { engine: Engine; withoutGraph: boolean } {
    return this.#guard.run(() => {
      let engine: RawEngine;
      try {
        engine = this.#raw.finish();
      } catch (status) {
        throw typeof status === 'number' ? faultOf(status) : status;
      }
      this.#made.push(engine);
      const withoutGraph = this.#raw.withoutGraph();
      this.#raw.free();
      return { engine: new Engine(engine, this.#instance.memory, this.#dimensions), withoutGraph };
    });
  }

  /** A new view each time: any allocation may grow the memory. */
  #view(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#instance.memory.buffer, at, length);
  }
}
