// Rows on their way into an engine that searches already: read a few chunks at a time, those that a call waits for first.
//
// A read that fails is tried again. Where it fails again and again, reading ends until the next call that needs rows.

import { damaged, type EdgeVecError } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Engine } from '../../engine/engine.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import { isPassing, retrying } from '../../storage/retry.js';
import type { Storage } from '../../storage/storage.js';

/** Chunks that are read at once; as many more while calls wait for some. */
export const AHEAD = 4;

export class RowStream {
  readonly #storage: Storage;
  readonly #engine: Engine;
  readonly #refs: readonly ChunkRef[];
  readonly #slices: Slices;
  /** Chunks that nobody has begun to read, in order, and those of them that calls wait for. */
  readonly #left: Set<number>;
  #wanted: number[] = [];
  /** Chunks that are not in. */
  readonly #missing: Set<number>;
  /** Who reads all, and who reads what calls wait for, beside them. */
  #readers = 0;
  #helpers = 0;
  /** Why nothing is read until somebody wants rows. */
  #interruption: EdgeVecError | undefined;
  #heard: (error: EdgeVecError) => void = () => {};
  #failed = false;
  #over = false;
  /** Resolves with the next chunk that comes in, or when it is interrupted or over. */
  #progress!: Promise<void>;
  #tell = (): void => {};
  #end!: () => void;
  #settle!: { resolve: (whole: boolean) => void; reject: (error: unknown) => void };
  /** Resolves when it is over: all rows are in, or it has been stopped. */
  readonly over: Promise<void>;
  /** Whether all rows came in: false where it was stopped. Rejects where they are none; it is over when whoever minds that stops it. */
  readonly done: Promise<boolean>;

  constructor(storage: Storage, engine: Engine, refs: readonly ChunkRef[], slices: Slices) {
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

  /** Whether rows are none. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  /** Has it told whenever the storage fails so often that reading ends for now. */
  listen(heard: (error: EdgeVecError) => void): void {
    this.#heard = heard;
    if (this.#interruption !== undefined) heard(this.#interruption);
  }

  /**
   * Reads these before all others; resolves once they are in, or it is over. None: all.
   *
   * @throws `STORAGE_FAILED`; the next call tries again
   */
  async bring(chunks: readonly number[]): Promise<void> {
    this.#interruption = undefined;
    this.#wanted.push(...chunks);
    this.#start();
    const isIn = (): boolean => chunks.length > 0 && !chunks.some((chunk) => this.#missing.has(chunk));
    while (!this.#over && !isIn()) {
      if (this.#interruption !== undefined) throw this.#interruption;
      await this.#progress;
    }
  }

  /** Reads no more. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#end();
    this.#settle.resolve(false);
    this.#progressed();
  }

  #start(): void {
    for (let more = Math.min(AHEAD - this.#readers, this.#left.size); more > 0; more--) void this.#read(false);
    for (let more = Math.min(AHEAD, this.#wanted.length) - this.#helpers; more > 0; more--) void this.#read(true);
  }

  get #isHalted(): boolean {
    return this.#over || this.#failed || this.#interruption !== undefined;
  }

  /** Takes chunks in until there is none left to take. */
  async #read(helps: boolean): Promise<void> {
    helps ? this.#helpers++ : this.#readers++;
    while (!this.#isHalted) {
      const chunk = this.#takeWanted() ?? (helps ? undefined : this.#takeNext());
      if (chunk === undefined) break;
      try {
        await this.#admit(chunk);
      } catch (error) {
        if (isPassing(error)) this.#interrupt(chunk, error);
        else this.#fail(error);
      }
    }
    helps ? this.#helpers-- : this.#readers--;
  }

  async #admit(chunk: number): Promise<void> {
    const ref = this.#refs[chunk] as ChunkRef;
    const read = await retrying(
      () => this.#storage.read('chunks', ref.name),
      this.#slices,
      () => this.#isHalted,
    );
    await this.#slices.run(() => {
      if (this.#over || this.#failed) return true;
      if (!isWhole(ref, read)) throw damaged('the rows');
      this.#engine.admit(chunk, read);
      this.#missing.delete(chunk);
      // It waits for nothing any more also where all its rows were removed.
      if (this.#engine.isWhole()) {
        this.#missing.clear();
        this.#settle.resolve(true);
        this.stop();
      } else if (this.#missing.size === 0) throw damaged('the engine');
      return true;
    });
    this.#progressed();
  }

  /** Lets whoever waits hear why not; the chunk is to be read all the same. */
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
      const next = this.#wanted.shift();
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
