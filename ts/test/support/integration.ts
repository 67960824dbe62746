// Counts databases and makes names, for tests of components that open databases.

import { expect, onTestFinished, vi } from 'vitest';
import { EdgeVec } from '../../src/index.js';

export interface Opens {
  /** Every database that was opened. */
  readonly opened: EdgeVec<object>[];
  /** How often `open` was called, failed calls too. */
  calls(): number;
  /** How often `close` was called on each opened database. */
  closed(): number[];
}

/** Counts the calls of `open` and `close` during a test. */
export function countOpens(): Opens {
  const real = EdgeVec.open;
  const opened: EdgeVec<object>[] = [];
  const closes: { calls: number }[] = [];
  const open = vi.spyOn(EdgeVec, 'open').mockImplementation(async (options) => {
    const db = await real.call(EdgeVec, options);
    const close = { calls: 0 };
    const { close: realClose } = db;
    Object.defineProperty(db, 'close', {
      value: () => {
        close.calls++;
        return realClose();
      },
    });
    opened.push(db);
    closes.push(close);
    return db;
  });
  onTestFinished(() => open.mockRestore());
  return { opened, calls: () => open.mock.calls.length, closed: () => closes.map(({ calls }) => calls) };
}

let names = 0;

/** A name for a stored database, which is dropped when the test is over. */
export function freshName(): string {
  const name = `integration-${Date.now()}-${names++}`;
  onTestFinished(() => EdgeVec.drop(name));
  return name;
}

/** Waits until the condition holds. */
export const until = (condition: () => unknown): Promise<void> =>
  expect.poll(() => Boolean(condition())).toBe(true) as unknown as Promise<void>;
