// `edgevec/svelte` on a server: stores in Node, without a page.

import { get, readable, writable } from 'svelte/store';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec } from '../../../src/index.js';
import { liveQuery, openEdgeVec, searchStore } from '../../../src/integrations/svelte/index.js';
import { follow, store } from '../../../src/integrations/svelte/store.js';

test('a server shows the state before the database is open, and opens nothing', () => {
  const open = vi.spyOn(EdgeVec, 'open');
  onTestFinished(() => open.mockRestore());
  const notes = openEdgeVec({ name: 'notes', dimensions: 2 });
  expect([get(notes).status, get(openEdgeVec(null)).status]).toEqual(['loading', 'idle']);
  expect(get(searchStore(notes, [1, 0]))).toMatchObject({ status: 'idle', hits: [] });
  expect(get(liveQuery(notes, (db) => db.count()))).toMatchObject({ status: 'idle', data: undefined });
  expect(open).not.toHaveBeenCalled();
});

test('a server asks nothing of a database that is open already', async () => {
  const db = await EdgeVec.open({ dimensions: 2 });
  onTestFinished(() => db.close());
  const [search, count] = [vi.spyOn(db, 'search'), vi.spyOn(db, 'count')];
  expect(get(searchStore(db, [1, 0])).status).toBe('idle');
  expect(get(liveQuery(db, (db) => db.count())).status).toBe('idle');
  expect([search.mock.calls, count.mock.calls]).toEqual([[], []]);
});

test('a store starts for its first listener, and stops after its last', () => {
  const stop = vi.fn();
  let show = (_value: number): void => {};
  const start = vi.fn((tell: (value: number) => void) => {
    show = tell;
    tell(1);
    return stop;
  });
  const numbers = store(start);
  const seen: number[] = [];
  const listen = (value: number) => void seen.push(value);
  // The same function twice is two listeners.
  const ends = [numbers.subscribe(listen), numbers.subscribe(listen)];
  show(2);
  show(2);
  expect(seen).toEqual([1, 1, 2, 2]);
  for (const end of ends) {
    expect(stop).not.toHaveBeenCalled();
    end();
    end();
  }
  expect([start.mock.calls.length, stop.mock.calls.length]).toEqual([1, 1]);
  numbers.subscribe(listen)();
  expect([seen.at(-1), start.mock.calls.length, stop.mock.calls.length]).toEqual([1, 2, 2]);
});

test('sources are values and stores, told together', () => {
  const number = writable(1);
  const seen: unknown[] = [];
  const database = { search() {}, subscribe() {} };
  const end = follow<[number, string, object]>([number, readable('a'), database as never], (...values) =>
    seen.push(values),
  );
  number.set(2);
  end();
  number.set(3);
  expect(seen).toEqual([
    [1, 'a', database],
    [2, 'a', database],
  ]);
});
