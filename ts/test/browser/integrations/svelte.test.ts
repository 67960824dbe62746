// `edgevec/svelte` on a page, with a real worker and IndexedDB.

import { derived, get, writable } from 'svelte/store';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, type VectorInput } from '../../../src/index.js';
import {
  type DatabaseOptions,
  liveQuery,
  openEdgeVec,
  type Readable,
  type SearchQuery,
  searchStore,
} from '../../../src/integrations/svelte/index.js';
import { countOpens, freshName, until } from '../../support/integration.js';

interface Doc {
  n: number;
}

const record = (id: string, vector: number[], n = 0) => ({ id, vector, metadata: { n } });

async function filled(name?: string): Promise<EdgeVec<Doc>> {
  const db = await EdgeVec.open<Doc>({ dimensions: 2, ...(name !== undefined && { name, onEvent: () => {} }) });
  onTestFinished(() => db.close());
  await db.upsert([record('east', [1, 0], 1), record('north', [0, 1], 2)]);
  return db;
}

/** A listener as `$store` makes a listener, and every value that the listener has seen. */
function used<T>(store: Readable<T>) {
  const seen: T[] = [];
  const end = store.subscribe((value) => void seen.push(value));
  onTestFinished(end);
  return { seen, end, now: () => seen.at(-1) as T };
}

test('a stored database opens for the first listener, and closes once after the last', async () => {
  const opens = countOpens();
  const name = freshName();
  const docs = openEdgeVec<Doc>({ name, dimensions: 2 });
  expect(opens.calls()).toBe(0);
  const [first, second] = [used(docs), used(openEdgeVec<Doc>({ dimensions: 2, name }))];
  expect(first.now()).toMatchObject({ status: 'loading', isLoading: true, db: undefined });
  await until(() => first.now().status === 'ready' && second.now().status === 'ready');
  expect(first.now().db).toBe(second.now().db);
  expect(first.now().db).toMatchObject({ name, host: 'worker' });
  first.end();
  second.end();
  // A new component in the same task, as after hot reload.
  const third = used(docs);
  expect(await third.now().db?.count()).toBe(0);
  third.end();
  await until(() => opens.closed()[0] === 1);
  const again = used(docs);
  await until(() => again.now().status === 'ready');
  again.end();
  await until(() => opens.closed()[1] === 1);
  expect([opens.calls(), opens.closed()]).toEqual([2, [1, 1]]);
});

test('equal options open nothing again, other options open another database, null closes', async () => {
  const opens = countOpens();
  const options = writable<DatabaseOptions | null>({ dimensions: 2, onEvent: () => {} });
  const docs = used(openEdgeVec(options));
  await until(() => docs.now().status === 'ready');
  options.set({ dimensions: 2, onEvent: () => {} });
  expect(docs.now().status).toBe('ready');
  options.update((same) => Object.assign(same ?? {}, { dimensions: 3 }) as DatabaseOptions);
  expect(docs.now().status).toBe('loading');
  await until(() => docs.now().db?.dimensions === 3);
  options.set(null);
  expect(docs.now()).toMatchObject({ status: 'idle', db: undefined });
  await until(() => opens.closed().join() === '1,1');
  expect(opens.calls()).toBe(2);
});

test('the error of open is a value, and retry opens again', async () => {
  const name = freshName();
  await (await filled(name)).close();
  const docs = used(openEdgeVec({ name, dimensions: 3 }));
  await until(() => docs.now().status === 'error');
  expect(docs.now().error).toMatchObject({ code: 'OPTIONS_DIFFER' });
  await EdgeVec.drop(name);
  docs.now().retry();
  await until(() => docs.now().db?.dimensions === 3);
});

test('a search follows the database, the query, the options and the rows', async () => {
  const name = freshName();
  const db = await filled(name);
  const docs = openEdgeVec<Doc>({ name, dimensions: 2 });
  const query = writable<SearchQuery>([1, 0]);
  const options = writable({ k: 1, filter: { n: { $gte: 0 } } });
  const found = used(searchStore(docs, query, options));
  const ids = () => found.now().hits.map(({ id }) => id);
  expect(found.now()).toMatchObject({ status: 'idle', hits: [] });
  await until(() => ids()[0] === 'east');
  const search = vi.spyOn(get(docs).db as EdgeVec<Doc>, 'search');
  query.set([1, 0]);
  expect(found.now().status).toBe('ready');
  // A filter that is changed in place, and set again.
  options.update((same) => {
    same.filter.n.$gte = 2;
    return same;
  });
  expect([found.now().status, found.now().isStale, ids()]).toEqual(['loading', true, ['east']]);
  await until(() => found.now().status === 'ready');
  expect([ids(), search.mock.calls.length]).toEqual([['north'], 1]);
  await db.insert(record('northern', [1, 1], 3));
  await until(() => ids()[0] === 'northern');
  query.set(undefined);
  expect(found.now()).toMatchObject({ status: 'idle', hits: [] });
  query.set({ like: 'northern' });
  await until(() => ids()[0] === 'north');
  query.set(Promise.reject(new Error('no model')));
  await until(() => found.now().error?.message === 'no model');
  found.end();
  const calls = search.mock.calls.length;
  await db.insert(record('late', [1, 0], 4));
  expect(search.mock.calls.length).toBe(calls);
});

test('hits never replace the hits of a newer query', async () => {
  const db = await filled();
  const answers: ((vector: VectorInput) => void)[] = [];
  const promises = [0, 1].map(() => new Promise<VectorInput>((resolve) => answers.push(resolve)));
  const query = writable<SearchQuery>(promises[0]);
  const found = used(searchStore(db, query, { k: 1 }));
  query.set(promises[1]);
  answers[1]?.([0, 1]);
  await until(() => found.now().status === 'ready');
  answers[0]?.([1, 0]);
  // A later search has its answer, so the search of the old query has its answer too.
  query.set([0, 2]);
  await until(() => found.now().status === 'ready');
  expect(found.seen.flatMap(({ hits }) => hits.map(({ id }) => id))).not.toContain('east');
});

test('a live query reads again when the rows change, and with another function', async () => {
  const db = await filled();
  const above = writable(0);
  const ask = derived(above, (n) => (docs: EdgeVec<Doc>) => {
    if (n < 0) throw new Error('no such number');
    return docs.count({ filter: { n: { $gt: n } } });
  });
  const counted = used(liveQuery(db, ask));
  await until(() => counted.now().data === 2);
  above.set(1);
  expect(counted.now()).toMatchObject({ status: 'loading', isStale: true, data: 2 });
  await until(() => counted.now().data === 1);
  await db.insert(record('west', [-1, 0], 9));
  await until(() => counted.now().data === 2);
  above.set(-1);
  await until(() => counted.now().error?.message === 'no such number');
});
