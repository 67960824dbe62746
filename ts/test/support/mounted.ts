// React components on a real page, for tests of hooks.

import { createElement, type ReactNode, StrictMode, useLayoutEffect } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { onTestFinished } from 'vitest';

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
