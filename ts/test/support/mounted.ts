// React components on a real page, for tests of hooks.

import { createElement, type ReactNode, StrictMode, useLayoutEffect } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { expect, onTestFinished, vi } from 'vitest';
import { EdgeVec } from '../../src/index.js';

export interface Page {
  /** Renders in place of what is shown. Effects have run on return. */
  show(content: ReactNode): void;
  unmount(): void;
}

/** An empty page. Everything is taken off the page when the test is over. */
export function page(): Page {
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  const unmount = (): void => flushSync(() => root.unmount());
  onTestFinished(unmount);
  return { show: (content) => flushSync(() => root.render(content)), unmount };
}

export const strict = (content: ReactNode): ReactNode => createElement(StrictMode, null, content);

/** A component that calls a hook and shows nothing. */
export interface Probe<P extends object, T> {
  /** The component with these props. */
  with(props: P & { readonly key?: string }): ReactNode;
  /** What the hook has returned in each finished rendering. */
  readonly seen: readonly T[];
  last(): T;
}

export function probe<P extends object, T>(useHook: (props: P) => T): Probe<P, T> {
  const seen: T[] = [];
  function Component(props: P): null {
    const value = useHook(props);
    useLayoutEffect(() => void seen.push(value));
    return null;
  }
  return {
    with: (props) => createElement<P>(Component, props),
    seen,
    last: () => seen.at(-1) as T,
  };
}

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
