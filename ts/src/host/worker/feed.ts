// A file on its way into the worker: the client sends a piece when the worker asks for one.

import type { EdgeVecError } from '../../base/errors.js';

export class Feed {
  readonly #ask: () => void;
  #take: ((piece: Uint8Array | null) => void) | undefined;
  #fail: ((error: EdgeVecError) => void) | undefined;

  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** The next piece has come; null behind the last. */
  take(piece: Uint8Array | null): void {
    this.#take?.(piece);
  }

  /** There is no next piece, for this reason. */
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
