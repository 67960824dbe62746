// Reads the parts of the engine's header that the other stored data must agree with
// (docs/format.md): the options of the index, and the visible slots. The engine reads the same
// bytes, and makes its own checks.

import { damaged } from '../base/errors.js';
import type { EngineOptions } from '../base/options.js';

const METRICS = ['cosine', 'dot', 'euclidean'] as const;
const PRECISIONS = ['float32', 'int16', 'int8'] as const;

export interface Header {
  readonly options: EngineOptions;
  /** Visible slots, in ascending order. */
  visibleSlots(): Generator<number>;
  /**
   * The bytes of the mean that codes are made by. Undefined if the index has no codes.
   *
   * @throws `DAMAGED`
   */
  mean(): Uint8Array | undefined;
}

/** @throws `DAMAGED` */
export function readHeader(bytes: Uint8Array): Header {
  // The fields begin after the version, a number of four bytes.
  const reader = new PostcardReader(bytes, 4);
  const dimensions = reader.number();
  const metric = METRICS[reader.byte()];
  const [m, efConstruction, seed] = [reader.number(), reader.number(), reader.number()];
  reader.number(); // exactThreshold
  const precision = PRECISIONS[reader.byte()];
  if (metric === undefined || precision === undefined) throw damaged('the engine');
  const slots = reader.number();
  reader.bytes(); // nodes
  const visible = reader.bytes();
  if (visible.length !== Math.ceil(slots / 8)) throw damaged('the engine');
  return {
    options: { dimensions, metric, m, efConstruction, seed, precision },
    *visibleSlots() {
      for (const [at, byte] of visible.entries()) {
        for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) yield 8 * at + bit;
      }
    },
    mean() {
      const rest = reader.copy();
      for (let lists = 0; lists < 3; lists++) rest.bytes(); // tombstones, free, unlinked
      if (rest.byte() === 1) rest.number(); // entry
      rest.byte(); // refused
      return rest.byte() === 1 ? rest.bytes() : undefined;
    },
  };
}

/** Numbers and lists of bytes, as postcard writes both. */
class PostcardReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** A reader that goes on from here. */
  copy(): PostcardReader {
    return new PostcardReader(this.#bytes, this.#at);
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw damaged('the engine');
    return byte;
  }

  /**
   * A u32: seven bits a byte, the lowest bits first. If the highest bit of a byte is set, another
   * byte follows.
   */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw damaged('the engine');
  }

  bytes(): Uint8Array {
    const length = this.number();
    if (this.#at + length > this.#bytes.length) throw damaged('the engine');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
