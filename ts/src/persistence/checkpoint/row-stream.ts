// Reads full rows into an engine that already answers searches. The stream reads a few chunks at a
// time, and first the chunks that a call waits for.
//
// The stream repeats a failed read. If the read fails again and again, the stream pauses until the
// next call that needs rows.

import { damaged, type EdgeVecError } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Engine } from '../../engine/engine.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import { isPassing, retrying } from '../../storage/retry.js';
import type { StorageBackend } from '../../storage/storage.js';

/** How many chunks are read at once. As many more are read while calls wait for chunks. */
export const AHEAD = 4;

export class RowStream {
  readonly #storage: StorageBackend;
  readonly #engine: Engine;
  readonly #refs: readonly ChunkRef[];
  readonly #slices: Slices;
  /**
   * Chunks that no reader has taken yet, in order, and the chunks among these that calls wait for.
   */
  readonly #left: Set<number>;
  #needed: number[] = [];
  /** Chunks that are not in the engine yet. */
  readonly #missing: Set<number>;
  /**
   * How many readers read all chunks, and how many extra readers read only the chunks that calls
   * wait for.
   */
  #readers = 0;
  #helpers = 0;
  /** The error that paused the stream. The next call that needs rows clears the error. */
  #interruption: EdgeVecError | undefined;
  #heard: (error: EdgeVecError) => void = () => {};
  #failed = false;
  #over = false;
  /** Resolves when the next chunk is in the engine, and when the stream pauses or ends. */
  #progress!: Promise<void>;
  #tell = (): void => {};
  #end!: () => void;
  #settle!: { resolve: (whole: boolean) => void; reject: (error: unknown) => void };
  /** Resolves when the stream has ended: all rows are in the engine, or `stop` was called. */
  readonly over: Promise<void>;
  /**
   * Resolves to true once all rows are in the engine, and to false if `stop` was called before.
   * Rejects if rows are damaged or missing. The stream then waits for the owner's `stop`.
   */
  readonly done: Promise<boolean>;

  constructor(storage: StorageBackend, engine: Engine, refs: readonly ChunkRef[], slices: Slices) {
    this.#storage = storage;
    this.#engine = engine;
    this.#refs = refs;
    this.#slices = slices;
    this.#left = new Set(refs.keys());
    this.#missing = new Set(refs.keys());
    this.#progressed();
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.done.catch(() => {});
    this.#start();
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Whether rows are damaged or missing. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  /** Sets a listener for storage errors that pause the stream. */
  listen(heard: (error: EdgeVecError) => void): void {
    this.#heard = heard;
    if (this.#interruption !== undefined) heard(this.#interruption);
  }

  /**
   * Reads these chunks before all others. Resolves once the chunks are in the engine, or the stream
   * has ended. An empty list means all chunks.
   *
   * @throws `STORAGE_FAILED`; the next call tries again
   */
  async bring(chunks: readonly number[]): Promise<void> {
    this.#interruption = undefined;
    this.#needed.push(...chunks);
    this.#start();
    const isIn = (): boolean => chunks.length > 0 && !chunks.some((chunk) => this.#missing.has(chunk));
    while (!this.#over && !isIn()) {
      if (this.#interruption !== undefined) throw this.#interruption;
      await this.#progress;
    }
  }

  /** Ends the stream. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#end();
    this.#settle.resolve(false);
    this.#progressed();
  }

  #start(): void {
    for (let more = Math.min(AHEAD - this.#readers, this.#left.size); more > 0; more--) void this.#read(false);
    for (let more = Math.min(AHEAD, this.#needed.length) - this.#helpers; more > 0; more--) void this.#read(true);
  }

  get #isHalted(): boolean {
    return this.#over || this.#failed || this.#interruption !== undefined;
  }

  /** Reads chunks until no chunk is left for this reader. */
  async #read(helps: boolean): Promise<void> {
    helps ? this.#helpers++ : this.#readers++;
    while (!this.#isHalted) {
      const chunk = this.#takeWanted() ?? (helps ? undefined : this.#takeNext());
      if (chunk === undefined) break;
      try {
        await this.#loadChunk(chunk);
      } catch (error) {
        if (isPassing(error)) this.#interrupt(chunk, error);
        else this.#fail(error);
      }
    }
    helps ? this.#helpers-- : this.#readers--;
  }

  async #loadChunk(chunk: number): Promise<void> {
    const ref = this.#refs[chunk] as ChunkRef;
    const read = await retrying(
      () => this.#storage.read('chunks', ref.name),
      this.#slices,
      () => this.#isHalted,
    );
    await this.#slices.run(() => {
      if (this.#over || this.#failed) return true;
      if (!isWhole(ref, read)) throw damaged('the rows');
      this.#engine.loadChunk(chunk, read);
      this.#missing.delete(chunk);
      // The engine may be whole before the last chunk, if all rows of the other chunks were
      // removed.
      if (this.#engine.isWhole()) {
        this.#missing.clear();
        this.#settle.resolve(true);
        this.stop();
      } else if (this.#missing.size === 0) throw damaged('the engine');
      return true;
    });
    this.#progressed();
  }

  /** Pauses the stream, and gives waiting calls the error. The chunk is still to be read. */
  #interrupt(chunk: number, error: EdgeVecError): void {
    this.#left.add(chunk);
    if (this.#isHalted) return;
    this.#interruption = error;
    this.#heard(error);
    this.#progressed();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#failed = true;
    this.#settle.reject(error);
  }

  #takeWanted(): number | undefined {
    for (;;) {
      const next = this.#needed.shift();
      if (next === undefined || this.#left.delete(next)) return next;
    }
  }

  #takeNext(): number | undefined {
    const [next] = this.#left;
    if (next !== undefined) this.#left.delete(next);
    return next;
  }

  #progressed(): void {
    const tell = this.#tell;
    this.#progress = new Promise((resolve) => {
      this.#tell = resolve;
    });
    tell();
  }
}
