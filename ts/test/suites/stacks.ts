// The stack of an error shows the caller, even if a later turn or a worker made the error.

import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeVec, EdgeVecError } from '../../src/index.js';
import { failure, type Open } from '../support/open.js';

/**
 * V8 can name the waiting caller by itself. In other engines the library must record the caller
 * when the call begins.
 */
const isV8 = typeof navigator !== 'object' || /Chrom|Node\.js/.test(navigator.userAgent);

export function defineStackSuite(label: string, open: Open): void {
  /** The test looks for the name of this function in the stack. */
  async function theApplication(call: () => Promise<unknown>): Promise<unknown> {
    const value = await call();
    return value;
  }

  const row = { id: 'a', vector: [1, 1] };
  const far = Array.from({ length: 500 }, (_, i) => ({ vector: [i === 499 ? Number.NaN : i, 1] }));
  const calls: [string, (db: EdgeVec) => Promise<unknown>][] = [
    ['a record is refused', (db) => db.insert({ vector: [1] })],
    ['a row of many is refused by the engine', (db) => db.insert(far)],
    ['a row of a stream is refused by the engine', (db) => db.insert(new Set(far))],
    ['an id exists already', (db) => db.insert(row)],
    ['an id does not exist', (db) => db.update([{ id: 'b' }])],
    ['a query is refused by the engine', (db) => db.search([0, 0])],
    [
      'one of many queries is refused by the engine',
      (db) =>
        db.searchMany([
          [1, 1],
          [0, 0],
        ]),
    ],
    ['an option is wrong', (db) => db.delete('a', { durability: 'no' as never })],
    [
      'the database is closed',
      async (db) => {
        await db.close();
        await db.count();
      },
    ],
    ['a file without content', () => EdgeVec.import(new Uint8Array(9))],
  ];

  describe(`The stack of an error, ${label}`, () => {
    test.runIf(isV8).each(calls)('%s', async (_what, call) => {
      const db = await open({ dimensions: 2 });
      await db.insert(row);
      const thrown = await theApplication(() => call(db)).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(thrown).toBeInstanceOf(EdgeVecError);
      const { stack = '', message } = thrown as EdgeVecError;
      expect(stack).toContain('theApplication');
      // The stack begins with the final message.
      expect(stack.startsWith(`EdgeVecError: ${message}\n`) || stack.startsWith(`Error: ${message}\n`)).toBe(true);
    });

    test('an amended error is the same object as before', async () => {
      const db = await open({ dimensions: 2 });
      const error = await failure(() => db.insert(new Set(far)), 'NOT_FINITE');
      expect(error).toMatchObject({ row: 499, written: 0 });
      expect(error.stack?.split('NaN, an infinity').length).toBeLessThan(3);
    });

    test('calls that fail for the same reason get separate errors', async () => {
      const db = await open({ dimensions: 2 });
      const calls = [db.insert(far), db.insert(new Set(far)), db.compact()];
      onTestFinished(() => db.close());
      const closing = db.close();
      const errors = await Promise.all(
        calls.map((call) =>
          call.then(
            () => undefined,
            (reason: unknown) => reason,
          ),
        ),
      );
      await closing;
      const failed = errors.filter((error) => error !== undefined);
      expect(new Set(failed).size).toBe(failed.length);
    });
  });
}
