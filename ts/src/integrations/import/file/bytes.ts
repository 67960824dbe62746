// Bytes in the order of a file.

import { EdgeVecError } from '../../../index.js';
import { type RandomAccess, sourceFailed } from './access.js';

/** Bytes that are read at once. */
const PIECE = 1 << 20;

/** A file from a place on, in pieces. */
export async function* bytesOfFile(file: RandomAccess, from: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < file.size; at += PIECE) yield await file.read(at, Math.min(at + PIECE, file.size));
}

/**
 * The pieces of a stream. Reads by hand, because only some browsers can iterate over streams.
 *
 * @throws `SOURCE_FAILED`, `INVALID_OPTIONS`
 */
export async function* bytesOfStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = orFailed(() => stream.getReader());
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw sourceFailed(cause);
      });
      if (done) return;
      if (!ArrayBuffer.isView(value)) {
        throw new EdgeVecError('INVALID_OPTIONS', 'The stream to read does not hold bytes', {
          expected: 'Uint8Arrays',
          got: typeof value,
          remedy: 'Pass the stream without decoding.',
        });
      }
      yield new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
  } finally {
    // The caller may have stopped before the end. Nobody waits for the cancelling.
    reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

function orFailed<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw sourceFailed(cause);
  }
}

/** Takes exact numbers of bytes from pieces of any length. */
export class Bytes {
  readonly #pieces: AsyncGenerator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(pieces: AsyncGenerator<Uint8Array>) {
    this.#pieces = pieces;
  }

  /** The next bytes: fewer than `length` only at the end of the file. */
  async take(length: number): Promise<Uint8Array> {
    if (this.#rest.length < length) await this.#gather(length);
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  /** Everything that is left. */
  async *rest(): AsyncGenerator<Uint8Array> {
    yield this.#rest;
    yield* this.#pieces;
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    await this.#pieces.return(undefined);
  }

  async #gather(length: number): Promise<void> {
    const parts = [this.#rest];
    let total = this.#rest.length;
    while (total < length) {
      const { done, value } = await this.#pieces.next();
      if (done) break;
      parts.push(value);
      total += value.length;
    }
    this.#rest = new Uint8Array(total);
    let at = 0;
    for (const part of parts) {
      this.#rest.set(part, at);
      at += part.length;
    }
  }
}
