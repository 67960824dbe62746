// Calls into one wasm instance. After a trap the memory cannot be trusted: every later call fails
// with the same error.

import { EdgeVecError, fix } from '../base/errors.js';
import type { RawEngine, RawRestore, RawSearcher, RawTexts } from './bindings.js';
import { crashed, failureOf, isTrap } from './faults.js';

export class Guard {
  #crash: EdgeVecError | undefined;
  /** Runs once, when the instance traps. */
  readonly #onCrash: () => void;

  constructor(onCrash: () => void) {
    this.#onCrash = onCrash;
  }

  get crashed(): boolean {
    return this.#crash !== undefined;
  }

  /** @throws `ENGINE_CRASHED` once the instance has trapped */
  assertAlive(): void {
    if (this.#crash !== undefined) throw this.#crash;
  }

  /** Makes a call. @throws the error of the call, as an `EdgeVecError` */
  run<T>(call: () => T): T {
    this.assertAlive();
    try {
      return call();
    } catch (error) {
      throw this.failed(error);
    }
  }

  /**
   * The error of a call that has thrown. For callers with a `catch` of their own, to save a
   * closure.
   */
  failed(error: unknown): EdgeVecError {
    if (error instanceof EdgeVecError || !isTrap(error)) return failureOf(error);
    this.#crash = fix(crashed(error));
    this.#onCrash();
    return this.#crash;
  }
}

/**
 * Keeps the glue from freeing an object of a trapped instance at its collection. Freeing could only
 * trap again, with nobody to catch the error.
 */
export function abandon(raw: RawEngine | RawSearcher | RawRestore | RawTexts): void {
  (raw as { __destroy_into_raw?(): unknown }).__destroy_into_raw?.();
}
