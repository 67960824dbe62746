/** A store of passages under measurement. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Language } from '../../../src/index.js';
import type { Passage, Question } from './questions';

/** The rows that a search finds, the best first. */
export type Ask = (question: Question, k: number) => Promise<readonly number[]>;

export interface Store {
  readonly name: string;
  /** From the first row to the answer of a first search. */
  readonly buildSeconds: number;
  /** Bytes of the index of words. Null if the store has none, or does not tell. */
  readonly wordBytes: number | null;
  /** Bytes of everything. */
  readonly bytes: number;
  readonly searches: readonly (readonly [name: string, ask: Ask])[];
  close(): Promise<void>;
}

/** What every store is made of. */
export interface Source {
  readonly root: string;
  readonly passages: readonly Passage[];
  /** Flat: a vector for each passage. */
  readonly vectors: Float32Array;
  /** The language of EdgeVec's words. */
  readonly language: Language | undefined;
  /** Whether searches compare with every row. */
  readonly isExact: boolean;
}

/** Rows of each list that a fusion of two lists takes. */
export const CANDIDATES = 100;

/** `import` would go to Vite, which has loaded the benchmark, and has ended by now. */
export function requireFrom(folder: string, name: string) {
  return createRequire(join(folder, 'index.js'))(name);
}

/** @param root the folder of the repository */
export const requirePeer = (root: string, name: string) => requireFrom(join(root, 'ts/bench/peers'), name);

export async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Bytes of JavaScript's memory after a collection, with the bytes of typed arrays. */
export function heap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
