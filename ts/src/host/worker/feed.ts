// A file on its way into the worker. The worker asks for each piece, and the client answers with
// the piece.

import type { EdgeVecError } from '../../base/errors.js';

export class Feed {
  readonly #ask: () => void;
  #take: ((piece: Uint8Array | null) => void) | undefined;
  #fail: ((error: EdgeVecError) => void) | undefined;

  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** Receives the next piece, or null after the last piece. */
  take(piece: Uint8Array | null): void {
    this.#take?.(piece);
  }

  /** Ends the file with an error, since the next piece cannot be read. */
  fail(error: EdgeVecError): void {
    this.#fail?.(error);
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = await new Promise<Uint8Array | null>((resolve, reject) => {
        this.#take = resolve;
        this.#fail = reject;
        this.#ask();
      });
      if (piece === null) return;
      yield piece;
    }
  }
}
