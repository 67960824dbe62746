/** Compares answers with the exact filtered neighbours. */
import { hasBit } from './condition';
import type { Judged } from './job';
import { NO_ROW } from './truth';

/** Judges the answers to the first queries of a case. */
export class Judge {
  #right = 0;
  #hits = 0;
  #expected = 0;
  #short = 0;
  #wrong = 0;

  /**
   * @param answer row numbers
   * @param truth the exact nearest allowed rows, then `NO_ROW`
   * @param allowed null if all rows are allowed
   */
  add(answer: ArrayLike<number>, truth: Int32Array, allowed: Uint32Array | null): void {
    const wanted = new Set(truth);
    wanted.delete(NO_ROW);
    const expected = wanted.size;
    const hits = new Set<number>();
    for (let i = 0; i < answer.length; i++) {
      const row = answer[i] as number;
      if (hits.has(row) || (allowed && !hasBit(allowed, row))) this.#wrong++;
      else hits.add(row);
    }
    for (const row of hits) if (wanted.has(row)) this.#right++;
    this.#hits += hits.size;
    this.#expected += expected;
    if (hits.size < expected) this.#short++;
  }

  result(): Judged {
    return {
      recall: this.#expected === 0 ? 1 : this.#right / this.#expected,
      hits: this.#hits,
      expected: this.#expected,
      short: this.#short,
      wrong: this.#wrong,
    };
  }
}
