// How suites open a database: the same call for each host, closed when the test is over.

import { expect, onTestFinished } from 'vitest';
import { EdgeVec, EdgeVecError, type EdgeVecErrorCode, type OpenOptions } from '../../src/index.js';

export type Open = <M extends object = Record<string, unknown>>(
  options: OpenOptions & { readonly dimensions: number },
) => Promise<EdgeVec<M>>;

/** Opens in a worker, or in this thread. */
export function opener(worker: boolean): Open {
  return async <M extends object>(options: OpenOptions & { readonly dimensions: number }) => {
    const db = await EdgeVec.open<M>({ ...options, worker });
    onTestFinished(() => db.close());
    expect(db.host).toBe(worker ? 'worker' : 'in-thread');
    return db;
  };
}

/**
 * A graph that takes a fraction of the time to build, for tests that need a graph and judge no
 * recall.
 */
export const QUICK_GRAPH = { m: 8, efConstruction: 40 } as const;

/** Opens with a graph that is quick to build, unless the options ask for another graph. */
export function withQuickGraph(open: Open): Open {
  return <M extends object>(options: OpenOptions & { readonly dimensions: number }) =>
    open<M>({ ...QUICK_GRAPH, ...options });
}

/** Expects that the call fails with the code, and returns the error. */
export async function failure(call: () => unknown, code: EdgeVecErrorCode): Promise<EdgeVecError> {
  const error = await Promise.resolve()
    .then(call)
    .then(
      (value) => value,
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(EdgeVecError);
  expect((error as EdgeVecError).code, (error as Error).message).toBe(code);
  const { message, problem } = error as EdgeVecError;
  // The message consists of whole sentences, without values that were not filled in.
  expect(problem).toMatch(/^[A-Za-z].*[^.]$/s);
  expect(message.startsWith(problem)).toBe(true);
  expect(message).toMatch(/[.?]$/);
  expect(message).not.toContain('[object');
  return error as EdgeVecError;
}
