// Random commands for a database and its model. After each command, both have the same rows.

import fc from 'fast-check';
import { expect } from 'vitest';
import type { EdgeVec } from '../../../src/index.js';
import { fieldNames } from '../filters.js';
import { expectAnswers, expectRows, type Question } from './checks.js';
import type { Model, Store } from './model.js';
import { resultOf, smallWrites, vectors, type Write, writes } from './writes.js';

type Run = (model: Model, store: Store) => Promise<void>;

class Command implements fc.AsyncCommand<Model, Store> {
  readonly #text: string;
  readonly run: Run;

  constructor(text: string, run: Run) {
    this.#text = text;
    this.run = run;
  }

  check(): boolean {
    return true;
  }

  toString(): string {
    return this.#text;
  }
}

const command = (name: string, run: Run): fc.Arbitrary<Command> => fc.constant(new Command(name, run));

const write = writes.map((one) => new Command(String(one), async (model, { db }) => expectWritten(one, model, db)));

/** Writes to the database and to the model. */
export async function expectWritten(write: Write, model: Model, db: EdgeVec): Promise<void> {
  const called = write.call(db, model);
  expect(await resultOf(called)).toEqual(write.apply(model));
  expect(await db.count()).toBe(model.rows.size);
  if (!model.isWatched) return;
  const counts = await Promise.all(model.filters.map((filter) => db.count({ filter })));
  expect(counts).toEqual(model.filters.map((filter) => model.matching(filter).length));
}

/** Reads between writes that nobody has awaited see the rows after some of the writes. */
const burst = fc.array(smallWrites, { minLength: 2, maxLength: 4 }).map(
  (list) =>
    new Command(`atOnce(${list.join(', ')})`, async (model, { db }) => {
      const filter = model.filter(0);
      const results: Promise<unknown>[] = [];
      const counts: Promise<number>[] = [];
      for (const one of list) {
        results.push(resultOf(one.call(db, model)));
        counts.push(db.count({ filter }));
      }
      const possible = [model.matching(filter).length];
      const expected = list.map((one) => {
        const result = one.apply(model);
        possible.push(model.matching(filter).length);
        return result;
      });
      expect(await Promise.all(results)).toEqual(expected);
      for (const count of await Promise.all(counts)) expect(possible).toContain(count);
    }),
);

const questions = fc.record<Question>({
  queries: fc.array(vectors, { minLength: 1, maxLength: 2 }),
  k: fc.integer({ min: 1, max: 30 }),
  offset: fc.nat(12),
  pages: fc.integer({ min: 1, max: 4 }),
  exact: fc.boolean(),
  fields: fc.uniqueArray(fieldNames(), { minLength: 1, maxLength: 2 }),
});

const look = fc.record({ filter: fc.option(fc.nat(9)), question: questions }).map(
  ({ filter, question }) =>
    new Command(`look(${fc.stringify({ filter, ...question })})`, async (model, { db }) => {
      const asked = filter === null ? {} : { filter: model.filter(filter) };
      await expectAnswers(db, model, asked, question);
    }),
);

const reopen = fc.option(fc.uniqueArray(fieldNames(), { maxLength: 3 }), { nil: undefined }).map(
  (indexed) =>
    new Command(`reopen(${fc.stringify(indexed)})`, async (model, store) => {
      await store.reopen(indexed);
      await expectRows(store.db, model);
    }),
);

/** @param most the number of commands at most */
export function commands(most: number): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, Store>>> {
  const any = fc.oneof(
    { weight: 12, arbitrary: write },
    { weight: 2, arbitrary: burst },
    { weight: 9, arbitrary: look },
    { weight: 1, arbitrary: command('compact()', (_, { db }) => db.compact()) },
    { weight: 2, arbitrary: command('save()', (_, { db }) => db.save()) },
    { weight: 1, arbitrary: command('changeTab()', (_, store) => store.changeTab()) },
    { weight: 3, arbitrary: reopen },
  );
  return fc.commands([any], { maxCommands: most, size: 'max' });
}
