// The collection that calls use at present, and whether calls may use the collection.

import { closed, type EdgeVecError, fix } from '../base/errors.js';
import type { Collection } from '../collection/collection.js';
import type { Engine } from '../engine/engine.js';
import type { Loaded } from '../persistence/checkpoint/load.js';
import type { RowStream } from '../persistence/checkpoint/row-stream.js';

export type Loading = Pick<Loaded, 'collection'> & Partial<Pick<Loaded, 'stream'>>;

export class LiveState {
  #collection: Collection;
  #stream: RowStream | undefined;
  #failure: EdgeVecError | undefined;
  #closed = false;
  #freed = false;

  constructor({ stream, collection }: Loading) {
    this.#collection = collection;
    this.#stream = stream;
  }

  get collection(): Collection {
    return this.#collection;
  }

  get engine(): Engine {
    return this.#collection.engine;
  }

  /**
   * Reads the missing rows. A call asks the stream for the rows that the call needs. Work that
   * needs all rows waits until the stream is over.
   */
  get stream(): RowStream | undefined {
    return this.#stream;
  }

  /** Whether the database takes no more calls. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether background work may go on: the database is open, its engine works, all rows are in. */
  get isReady(): boolean {
    const isAlive = !this.#closed && this.#failure === undefined && !this.engine.crashed;
    return isAlive && this.#stream?.isOver !== false;
  }

  /** Puts another collection in place. The caller frees the engine of the old collection. */
  replace({ stream, collection }: Loading): void {
    collection.columns.declare(this.#collection.columns.declared);
    for (const [i, words] of this.#collection.allWords.entries()) {
      const means = words.end();
      if (means !== undefined) collection.allWords[i]?.declare(means);
    }
    this.#collection = collection;
    this.#stream?.stop();
    this.#stream = stream;
  }

  /** The missing rows cannot be read: every later call fails with this error. */
  fail(error: EdgeVecError): void {
    this.#failure = fix(error);
    this.#stream?.stop();
  }

  /** Takes no more calls. Work under way goes on until `free`. */
  close(): void {
    this.#closed = true;
    this.#stream?.stop();
  }

  free(): void {
    this.#freed = true;
    this.engine.free();
  }

  /** Resolves once all rows are in. @throws `STORAGE_FAILED`, and as `assertOpen` */
  async whole(): Promise<void> {
    while (this.#stream?.isOver === false) await this.#stream.bring([]);
    this.assertOpen();
  }

  /** @throws `CLOSED`, and as `assertAlive` */
  assertOpen(): void {
    if (this.#closed) throw closed();
    this.assertAlive();
  }

  /** @throws `CLOSED` once the engine is freed, `DAMAGED`, `ENGINE_CRASHED` */
  assertAlive(): void {
    if (this.#freed) throw closed();
    if (this.#failure !== undefined) throw this.#failure;
    this.engine.assertAlive();
  }
}
