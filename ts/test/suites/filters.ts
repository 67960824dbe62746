// Filters of a whole database against a plain map of its rows: whatever was written, deleted,
// compacted and opened again, each call with a filter answers as a look at every row does.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Metric } from '../../src/index.js';
import { expectRows } from '../support/filter-model/checks.js';
import { commands, expectWritten } from '../support/filter-model/commands.js';
import { filtersWithTwins } from '../support/filter-model/filters.js';
import { Model, Store, type StoredAt } from '../support/filter-model/model.js';
import { upsertsFromSeed } from '../support/filter-model/writes.js';
import { cases } from '../support/property.js';
import { soaked } from '../support/soak.js';

/** The histories of a run, and the commands of a history at most. */
const HISTORIES = soaked(20, 1_000);
const COMMANDS = 30;
/** A failing history is tried again so often, to find a shorter history that fails. */
const SHORTER = 300;

const histories = fc.record({
  metric: fc.constantFrom<Metric>('euclidean', 'cosine', 'dot'),
  filters: filtersWithTwins,
  isWatched: fc.boolean(),
  first: upsertsFromSeed,
  steps: commands(COMMANDS),
});
type RandomHistory = typeof histories extends fc.Arbitrary<infer T> ? T : never;

/** Runs the commands on a new database. @returns the rows at the end */
async function follow({ metric, filters, isWatched, first, steps }: RandomHistory, at: StoredAt): Promise<Model> {
  const model = new Model(metric, filters, isWatched);
  const store = new Store(at, metric);
  try {
    await store.open();
    await expectWritten(first, model, store.db);
    await fc.asyncModelRun(() => ({ model, real: store }), steps);
    await expectRows(store.db, model);
  } finally {
    await store.end();
  }
  return model;
}

export function defineFiltersSuite(label: string, at: StoredAt): void {
  describe(`Filters, ${label}`, () => {
    test('agree with a plain map through random writes, compactions, checkpoints and restarts', async () => {
      let telling = 0;
      const run = fc.asyncProperty(fc.limitShrink(histories, SHORTER), async (history) => {
        telling += (await follow(history, at)).telling;
      });
      await fc.assert(run, cases(HISTORIES));
      // Filters that pass all rows or none would prove nothing.
      expect(telling).toBeGreaterThan(HISTORIES / 2);
    });
  });
}
