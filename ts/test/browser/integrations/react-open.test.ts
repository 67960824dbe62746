// `useEdgeVec` on a page, with a real worker and IndexedDB.

import { Component, createElement, Fragment, type ReactNode, Suspense } from 'react';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, type EdgeVecEvent } from '../../../src/index.js';
import { type DatabaseOptions, useEdgeVec } from '../../../src/integrations/react/index.js';
import { countOpens, freshName, until } from '../../support/integration.js';
import { page, probe, strict } from '../../support/mounted.js';

interface Props {
  readonly options: DatabaseOptions | null;
}

const opening = () => probe(({ options }: Props) => useEdgeVec<{ n: number }>(options));

describe('useEdgeVec', () => {
  test('in StrictMode opens a stored database once, and closes the database once', async () => {
    const opens = countOpens();
    const name = freshName();
    const { show, unmount } = page();
    const { seen, last, with: use } = opening();
    show(strict(use({ options: { name, dimensions: 2 } })));
    expect(seen[0]).toMatchObject({ status: 'loading', isLoading: true, db: undefined, error: undefined });
    await until(() => last().status === 'ready');
    expect(last()).toMatchObject({ isLoading: false, error: undefined, db: { name, dimensions: 2, host: 'worker' } });
    await last().db?.insert({ id: 1, vector: [1, 0], metadata: { n: 1 } });
    unmount();
    await until(() => opens.closed()[0] === 1);
    expect([opens.calls(), opens.closed()]).toEqual([1, [1]]);
  });

  test('equal options in new objects open nothing again, and other options do', async () => {
    const opens = countOpens();
    const { show } = page();
    const { last, with: use } = opening();
    const options = (dimensions: number) => ({ dimensions, indexed: ['n'], onEvent: () => {} });
    show(use({ options: options(2) }));
    await until(() => last().status === 'ready');
    const { db } = last();
    for (let i = 0; i < 3; i++) show(use({ options: options(2) }));
    expect(last().db).toBe(db);
    show(use({ options: options(3) }));
    expect(last()).toMatchObject({ status: 'loading', db: undefined });
    await until(() => last().db?.dimensions === 3);
    await until(() => opens.closed()[0] === 1);
    show(use({ options: null }));
    expect(last()).toMatchObject({ status: 'idle', isLoading: false, db: undefined });
    await until(() => opens.closed()[1] === 1);
    expect([opens.calls(), opens.closed()]).toEqual([2, [1, 1]]);
  });

  test('components share a named database, and the last component closes the database', async () => {
    const opens = countOpens();
    const name = freshName();
    const { show } = page();
    const [a, b] = [opening(), opening()];
    const both = (first: string | null, second: string | null) =>
      show(
        createElement(
          Fragment,
          null,
          first !== null && a.with({ key: first, options: { name, dimensions: 2 } }),
          second !== null && b.with({ key: second, options: { dimensions: 2, name } }),
        ),
      );
    both('a', 'b');
    await until(() => a.last().status === 'ready' && b.last().status === 'ready');
    expect(a.last().db).toBe(b.last().db);
    both(null, 'b');
    // A component of its own, as after a change of the file that hot reload cannot keep.
    both('new a', 'new b');
    expect([a.last().status, a.last().db]).toEqual(['ready', b.last().db]);
    expect(await a.last().db?.count()).toBe(0);
    both(null, null);
    await until(() => opens.closed()[0] === 1);
    expect([opens.calls(), opens.closed()]).toEqual([1, [1]]);
  });

  test('a database without a name belongs to its component', async () => {
    const { show } = page();
    const [a, b] = [opening(), opening()];
    const options = { dimensions: 2 };
    show(createElement(Fragment, null, a.with({ options }), b.with({ options })));
    await until(() => a.last().status === 'ready' && b.last().status === 'ready');
    expect(a.last().db).not.toBe(b.last().db);
  });

  test('a component that goes while the database opens closes the database', async () => {
    const opens = countOpens();
    const { show, unmount } = page();
    const { last, with: use } = opening();
    show(use({ options: { dimensions: 2 } }));
    unmount();
    await until(() => opens.closed()[0] === 1);
    expect(last().status).toBe('loading');
  });

  test('the error of open is returned, and retry opens again', async () => {
    const name = freshName();
    await (await EdgeVec.open({ name, dimensions: 3 })).close();
    const { show } = page();
    const { last, with: use } = opening();
    show(strict(use({ options: { name, dimensions: 2 } })));
    await until(() => last().status === 'error');
    expect(last()).toMatchObject({ error: { code: 'OPTIONS_DIFFER' }, db: undefined, isLoading: false });
    await EdgeVec.drop(name);
    last().retry();
    await until(() => last().status === 'ready');
    expect(last()).toMatchObject({ error: undefined, db: { dimensions: 2 } });
  });

  test('wrong options are an error in the result too', async () => {
    const { show } = page();
    const { last, with: use } = opening();
    show(use({ options: { dimensions: 2, topK: 3 } as DatabaseOptions }));
    await until(() => last().status === 'error');
    expect(last().error?.code).toBe('INVALID_OPTIONS');
  });

  test('a drop in another tab is an event and an error, and retry opens a new database', async () => {
    const name = freshName();
    const { show } = page();
    const { last, with: use } = opening();
    const [early, events] = [vi.fn(), [] as EdgeVecEvent[]];
    show(use({ options: { name, dimensions: 2, onEvent: early } }));
    show(use({ options: { name, dimensions: 2, onEvent: (event) => events.push(event) } }));
    await until(() => last().status === 'ready');
    await last().db?.insert({ id: 1, vector: [1, 0], metadata: { n: 1 } });
    await EdgeVec.drop(name);
    await until(() => last().status === 'error');
    expect(last()).toMatchObject({ error: { code: 'CLOSED' }, db: undefined });
    expect(events.map(({ type }) => type)).toEqual(['storage-gone']);
    expect(early).not.toHaveBeenCalled();
    last().retry();
    await until(() => last().status === 'ready');
    expect(await last().db?.count()).toBe(0);
  });

  test('the death of the worker is an error, and without onEvent a warning', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const workers: Worker[] = [];
    const RealWorker = Worker;
    vi.stubGlobal(
      'Worker',
      class extends RealWorker {
        constructor(...args: ConstructorParameters<typeof Worker>) {
          super(...args);
          workers.push(this);
        }
      },
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    const { show } = page();
    const { last, with: use } = opening();
    show(use({ options: { dimensions: 2 } }));
    await until(() => last().status === 'ready');
    for (const worker of workers) worker.terminate();
    await until(() => last().status === 'error');
    expect(last().error?.code).toBe('WORKER_DIED');
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('edgevec: '));
    last().retry();
    await until(() => last().status === 'ready');
  });
});

/** Shows the code of an error from below, until the error is cleared. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly code?: string }> {
  override state: { readonly code?: string } = {};
  static current: Boundary | undefined;

  static getDerivedStateFromError(error: unknown) {
    return { code: (error as { code?: string }).code ?? String(error) };
  }

  override render(): ReactNode {
    Boundary.current = this;
    return this.state.code ?? this.props.children;
  }
}

/** A component that suspends, below a fallback and an error boundary. Shows the dimensions. */
function Suspending({ options }: { readonly options: DatabaseOptions & { readonly name: string } }) {
  return String(useEdgeVec(options, { suspense: true }).db.dimensions);
}
const waiting = (options: DatabaseOptions): ReactNode =>
  createElement(
    Boundary,
    null,
    createElement(
      Suspense,
      { fallback: 'waiting' },
      createElement(Suspending, { options: options as DatabaseOptions & { readonly name: string } }),
    ),
  );
const shown = (): string => document.body.innerText;

describe('useEdgeVec with suspense', () => {
  test('shows the fallback until the database is open, opens once and closes once', async () => {
    const opens = countOpens();
    const name = freshName();
    const { show, unmount } = page();
    show(strict(waiting({ name, dimensions: 2 })));
    expect(shown()).toBe('waiting');
    await until(() => shown() === '2');
    unmount();
    await until(() => opens.closed()[0] === 1);
    expect([opens.calls(), opens.closed()]).toEqual([1, [1]]);
  });

  test('another database shows the fallback again', async () => {
    const opens = countOpens();
    const { show } = page();
    show(waiting({ name: freshName(), dimensions: 2 }));
    await until(() => shown() === '2');
    show(waiting({ name: freshName(), dimensions: 3 }));
    expect(shown()).toBe('waiting');
    await until(() => shown() === '3');
    await until(() => opens.closed()[0] === 1);
    expect([opens.calls(), opens.closed()]).toEqual([2, [1, 0]]);
  });

  test('an error goes to the boundary, and the boundary tries again', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const name = freshName();
    await (await EdgeVec.open({ name, dimensions: 3 })).close();
    const { show } = page();
    show(waiting({ name, dimensions: 2 }));
    await until(() => shown() === 'OPTIONS_DIFFER');
    await EdgeVec.drop(name);
    Boundary.current?.setState({ code: undefined as never });
    await until(() => shown() === '2');
  });

  test('a component that goes while it waits closes the database', async () => {
    const opens = countOpens();
    const { show, unmount } = page();
    show(waiting({ name: freshName(), dimensions: 2 }));
    unmount();
    await until(() => opens.closed()[0] === 1);
    expect(opens.calls()).toBe(1);
  });

  test('a database without a name is refused', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const { show } = page();
    show(waiting({ dimensions: 2 }));
    expect(shown()).toBe('INVALID_OPTIONS');
  });
});
