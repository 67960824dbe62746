// The only writer and the only reader of binary headers: a magic number, the version, lengths,
// checksums. Numbers are little-endian.

import { crc32c } from '../base/crc32c.js';
import type { EdgeVecError } from '../base/errors.js';
import { checkVersion, FORMAT_VERSION } from './version.js';

const CHECKSUM_BYTES = 4;

/** Writes `length` bytes, from the first to the last. */
export class ByteWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** The position of the next byte. */
  get at(): number {
    return this.#at;
  }

  magic(magic: number, version = FORMAT_VERSION): this {
    return this.uint32(magic).uint32(version);
  }

  uint32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  float64(value: number): this {
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
    return this;
  }

  put(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** Writes the checksum of the bytes from `from` up to the current position. */
  checksum(from = 0): this {
    return this.uint32(crc32c(this.bytes.subarray(from, this.#at)));
  }

  /** Leaves room for a checksum. `seal` writes the checksum later. */
  leaveChecksum(): this {
    this.#at += CHECKSUM_BYTES;
    return this;
  }

  /** Writes a checksum at `place`. The checksum covers all bytes so far except its own four. */
  seal(place: number): this {
    const sum = sumAround(this.bytes.subarray(0, this.#at), place);
    this.#view.setUint32(place, sum, true);
    return this;
  }
}

/** Reads bytes of which some may be missing or changed. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #damaged: () => EdgeVecError;
  #at = 0;

  /** @param damaged makes the error for missing or changed bytes */
  constructor(bytes: Uint8Array, damaged: () => EdgeVecError) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#damaged = damaged;
  }

  /** The position of the next byte. */
  get at(): number {
    return this.#at;
  }

  /** The number of bytes not yet read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /**
   * @param latest the latest version that the caller reads
   * @returns the version
   * @throws `damaged` if the bytes do not begin with the magic number and a version;
   * `UNSUPPORTED_FORMAT` if the version is another
   */
  magic(magic: number, latest = FORMAT_VERSION): number {
    if (this.uint32() !== magic) throw this.#damaged();
    const version = this.uint32();
    checkVersion(version, latest);
    return version;
  }

  /** Like all methods below: @throws `damaged` if too few bytes are left */
  uint32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#step(8), true);
  }

  /** A view of the next bytes. */
  take(length: number): Uint8Array {
    const from = this.#step(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** A view of all bytes not yet read. */
  rest(): Uint8Array {
    return this.take(this.left);
  }

  /** Reads a checksum, and compares it with the bytes from `from` up to the current position. */
  checksum(from = 0): void {
    const sum = crc32c(this.#bytes.subarray(from, this.#at));
    if (this.uint32() !== sum) throw this.#damaged();
  }

  /** Compares the checksum at `place` with all bytes up to `end` except its own four. */
  checkSeal(place: number, end = this.#bytes.length): void {
    if (end > this.#bytes.length) throw this.#damaged();
    if (this.#view.getUint32(place, true) !== sumAround(this.#bytes.subarray(0, end), place)) throw this.#damaged();
  }

  /** Reads past the next bytes, and returns their position. */
  #step(length: number): number {
    if (length > this.left) throw this.#damaged();
    const from = this.#at;
    this.#at += length;
    return from;
  }
}

/** The arrays in a single array, in order. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(lengthOf(parts));
  for (const part of parts) writer.put(part);
  return writer.bytes;
}

/** The number of bytes in all arrays. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function sumAround(bytes: Uint8Array, place: number): number {
  return crc32c(bytes.subarray(place + CHECKSUM_BYTES), crc32c(bytes.subarray(0, place)));
}
