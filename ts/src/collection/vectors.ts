// The engine as a store. Each chunk of the store is a chunk of a section (docs/format.md).
// persistence/checkpoint/load.ts reads the chunks, since rows may be read after all other data.

import type { Engine } from '../engine/engine.js';
import { sectionKey, VECTORS } from '../format/contents.js';
import { SECTIONS } from '../format/sections.js';
import { inOneStep, type SlotChunk, type SlotStore } from './slot-store.js';

export class Vectors implements SlotStore {
  readonly name = VECTORS;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** If a change brings no vector, the row keeps its slot. */
  set(slot: number, old: number | undefined): void {
    if (slot === old) return;
    this.#engine.publish(slot);
    if (old !== undefined) this.#engine.remove(old);
  }

  delete(slot: number): void {
    this.#engine.remove(slot);
  }

  *chunks(): Generator<SlotChunk> {
    const engine = this.#engine;
    for (const section of SECTIONS) {
      const count = engine.chunks(section);
      for (let chunk = 0; chunk < count; chunk++) {
        const isThere = (): boolean => chunk < engine.chunks(section);
        yield {
          key: sectionKey(section, chunk),
          bytes: () => (isThere() ? engine.chunkBytes(section, chunk) : 0),
          // A chunk that has grown differs from its stored copy, even if the engine has written
          // nothing into the new rows.
          isDirty: (stored) =>
            stored?.ref.bytes !== engine.chunkBytes(section, chunk) || engine.isDirty(section, chunk),
          copy: () => inOneStep(() => (isThere() ? engine.copyChunk(section, chunk) : undefined)),
          setClean: () => engine.setClean(section, chunk),
        };
      }
    }
  }

  bytes(): number {
    const { rowBytes, codeBytes, graphBytes } = this.#engine.stats();
    return rowBytes + codeBytes + graphBytes;
  }
}
