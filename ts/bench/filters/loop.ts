/** Searches that are timed together, in some passes. */
import { median, percentile } from '../measure/statistics';
import { type Answer, type Pass, timePass } from '../measure/time';
import type { Timing } from './job';
import type { FilteredSystem } from './system';

export class Loop {
  readonly searches: readonly (() => Answer)[];
  readonly #passes: Pass[] = [];
  /** Not a number if the system does not tell. */
  #distances = 0;

  constructor(searches: readonly (() => Answer)[]) {
    this.searches = searches;
  }

  async run(system: FilteredSystem): Promise<void> {
    const before = await system.distances();
    this.#passes.push(await timePass(this.searches));
    const after = await system.distances();
    this.#distances += before === null || after === null ? Number.NaN : after - before;
  }

  /** The answers of the first pass. */
  get found(): readonly ArrayLike<number>[] {
    return this.#passes[0]?.found ?? [];
  }

  timing(): Timing {
    const { meanUs, latencies } = median(this.#passes, (pass) => pass.meanUs);
    const sorted = latencies.toSorted();
    const distances = this.#distances / (this.#passes.length * this.searches.length);
    return {
      meanUs,
      p50Us: percentile(sorted, 0.5),
      p99Us: percentile(sorted, 0.99),
      distances: Number.isNaN(distances) ? null : distances,
    };
  }
}
