// An engine read back from a snapshot, chunk by chunk.

import { damaged } from '../base/errors.js';
import { SECTIONS } from '../format/sections.js';
import type { RawEngine, RawRestore } from './bindings.js';
import { Engine, type Instance } from './engine.js';
import { failureOf, faultOf } from './faults.js';

export class EngineRestore {
  readonly #instance: Instance;
  readonly #raw: RawRestore;
  readonly #dimensions: number;

  /**
   * Reads the header, which must be of an engine of these dimensions, and makes room for the chunks; `bytesOf` tells how many bytes there are of
   * a section (docs/format.md).
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`, `OUT_OF_MEMORY`
   */
  constructor(instance: Instance, header: Uint8Array, dimensions: number, bytesOf: (section: number) => number) {
    this.#instance = instance;
    this.#dimensions = dimensions;
    this.#raw = guard(() => {
      const raw = new instance.bindings.EngineRestore(header.length);
      this.#view(raw.header(), header.length).set(header);
      for (const section of SECTIONS) raw.announce(section, bytesOf(section));
      const status = raw.begin();
      if (status !== 0) throw faultOf(status);
      // The engine's buffers are of its own size, and are written to as if they were of the other.
      if (raw.dimensions() !== dimensions) throw damaged('the engine');
      return raw;
    });
  }

  /** Takes a chunk in. @throws `DAMAGED` where there is none of that size. */
  fill(section: number, chunk: number, bytes: Uint8Array): void {
    guard(() => {
      const fits = chunk < this.#raw.chunks(section) && this.#raw.chunkBytes(section, chunk) === bytes.length;
      if (!fits) throw damaged('the engine');
      this.#view(this.#raw.chunk(section, chunk), bytes.length).set(bytes);
    });
  }

  /** The engine, once every chunk is in but those of rows that may come later, and whether its graph was no graph: every row then waits for `link`. @throws `DAMAGED` */
  finish(): { engine: Engine; withoutGraph: boolean } {
    return guard(() => {
      let engine: RawEngine;
      try {
        engine = this.#raw.finish();
      } catch (status) {
        throw typeof status === 'number' ? faultOf(status) : status;
      }
      const withoutGraph = this.#raw.withoutGraph();
      this.#raw.free();
      return { engine: new Engine(engine, this.#instance.memory, this.#dimensions), withoutGraph };
    });
  }

  /** Made anew each time: whatever allocates may grow the memory. */
  #view(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#instance.memory.buffer, at, length);
  }
}

function guard<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    // A trap must never come from bytes, but may come from an exhausted memory.
    throw failureOf(error);
  }
}
