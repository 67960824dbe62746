// Rows on their way into an engine that searches already: read a few chunks at a time, those that a search wants first.

import type { Engine } from '../engine/engine.js';
import { damaged } from '../errors.js';
import type { Slices } from '../slices.js';
import { type ChunkRef, isWhole } from '../storage/chunk.js';
import type { Storage } from '../storage/storage.js';

/** Chunks that are read at once; as many more while searches wait for some. */
export const AHEAD = 4;

export class RowStream {
  readonly #storage: Storage;
  readonly #engine: Engine;
  readonly #refs: readonly ChunkRef[];
  readonly #slices: Slices;
  /** Chunks that nobody has begun to read, in order, and those of them that searches wait for. */
  readonly #left: Set<number>;
  #wanted: number[] = [];
  /** Chunks that are not in. */
  readonly #missing: Set<number>;
  /** Who reads what searches wait for, beside those who read all. */
  #helpers = 0;
  #failed = false;
  #over = false;
  /** Resolves with the next chunk that comes in, or when it is over. */
  #progress!: Promise<void>;
  #tell = (): void => {};
  #end!: () => void;
  #settle!: { resolve: (whole: boolean) => void; reject: (error: unknown) => void };
  /** Resolves when it is over: all rows are in, or it has been stopped. */
  readonly over: Promise<void>;
  /** Whether all rows came in: false where it was stopped. Rejects where they cannot be read; it is over when whoever minds that stops it. */
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
    for (let reader = 0; reader < AHEAD; reader++) void this.#read(() => this.#takeWanted() ?? this.#takeNext());
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Whether rows could not be read. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  /** Reads these before all others; resolves once they are in, or it is over. None: all. */
  async bring(chunks: readonly number[]): Promise<void> {
    if (chunks.length === 0) return this.over;
    this.#wanted.push(...chunks);
    for (; this.#helpers < Math.min(AHEAD, this.#wanted.length); this.#helpers++) {
      void this.#read(() => this.#takeWanted()).then(() => this.#helpers--);
    }
    while (!this.#over && chunks.some((chunk) => this.#missing.has(chunk))) await this.#progress;
  }

  /** Reads no more. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#end();
    this.#settle.resolve(false);
    this.#progressed();
  }

  /** Takes chunks in until there is none left to take. */
  async #read(take: () => number | undefined): Promise<void> {
    try {
      for (let chunk = take(); chunk !== undefined; chunk = take()) {
        if (this.#over || this.#failed) return;
        await this.#admit(chunk);
      }
    } catch (error) {
      this.#failed = true;
      this.#settle.reject(error);
    }
  }

  async #admit(chunk: number): Promise<void> {
    const ref = this.#refs[chunk] as ChunkRef;
    const read = await this.#storage.read('chunks', ref.name);
    await this.#slices.run(() => {
      if (this.#over || this.#failed) return true;
      if (!isWhole(ref, read)) throw damaged('the rows');
      this.#engine.admit(chunk, read);
      this.#missing.delete(chunk);
      if (this.#missing.size > 0) return true;
      if (!this.#engine.isWhole()) throw damaged('the engine');
      this.#settle.resolve(true);
      this.stop();
      return true;
    });
    this.#progressed();
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
